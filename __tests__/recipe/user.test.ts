import { describe, expect, it } from '@jest/globals'
import { chooseUser, withUser } from '../../src/recipe/user.ts'

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
  'node:x:1000:1000::/home/node:/bin/bash',
  'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
  '',
].join('\n')
const group = 'root:x:0:\nstaff:x:50:\nnode:x:1000:\nwww-data:x:33:\n'

describe('who the container runs as', () => {
  it('is a new user app when nobody says otherwise and the base runs as root', () => {
    for (const own of [undefined, 'root', '0', '0:0', 'root:root', '']) {
      expect(chooseUser(undefined, own, passwd, group)).toEqual({
        name: 'app',
        uid: 1001,
        gid: 1001,
        home: '/home/app',
        create: true,
      })
    }
    expect(chooseUser(undefined, undefined, '', '')).toMatchObject({ name: 'app', uid: 1000, gid: 1000 })
  })

  it("is the base's app where there is one", () => {
    const known = `${passwd}app:x:5000:50:App:/srv/app:/bin/sh\n`
    expect(chooseUser(undefined, undefined, known, group)).toEqual({
      name: 'app',
      uid: 5000,
      gid: 50,
      home: '/srv/app',
      create: false,
    })
  })

  it("is the base's own user, by name or number", () => {
    const node = { name: 'node', uid: 1000, gid: 1000, home: '/home/node', create: false }
    expect(chooseUser(undefined, 'node', passwd, group)).toEqual(node)
    expect(chooseUser(undefined, '1000', passwd, group)).toEqual(node)
    expect(chooseUser(undefined, 'node:50', passwd, group)).toEqual({ ...node, gid: 50 })
    expect(chooseUser(undefined, '7777', passwd, group)).toMatchObject({ uid: 7777, gid: 7777, create: true })
  })

  it('is whom one asks for before anything else', () => {
    expect(chooseUser('www-data', 'node', passwd, group)).toMatchObject({
      name: 'www-data',
      uid: 33,
      gid: 33,
    })
    expect(chooseUser('root', 'node', passwd, group)).toMatchObject({ name: 'root', uid: 0, create: false })
    expect(chooseUser('0', 'node', passwd, group)).toMatchObject({ name: 'root', uid: 0, create: false })
    expect(chooseUser('10001', 'node', passwd, group)).toEqual({
      name: 'app',
      uid: 10001,
      gid: 10001,
      home: '/home/app',
      create: true,
    })
    expect(chooseUser('10001:20002', 'node', passwd, group)).toMatchObject({ uid: 10001, gid: 20002 })
    expect(chooseUser('api', 'node', passwd, group)).toMatchObject({
      name: 'api',
      uid: 1001,
      home: '/home/api',
      create: true,
    })
  })

  it('may have a group by name, which the base has to know', () => {
    expect(chooseUser('www-data:staff', undefined, passwd, group)).toMatchObject({ uid: 33, gid: 50 })
    expect(chooseUser('10001:staff', undefined, passwd, group)).toMatchObject({ uid: 10001, gid: 50 })
    expect(chooseUser(undefined, 'node:staff', passwd, group)).toMatchObject({ uid: 1000, gid: 50 })
    expect(() => chooseUser('10001:strangers', undefined, passwd, group)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringContaining('"strangers"'),
        hint: expect.stringContaining('gid'),
      }),
    )
  })

  it('never takes a number that a group of the base has', () => {
    expect(chooseUser(undefined, undefined, '', 'users:x:1000:\n')).toMatchObject({ uid: 1001, gid: 1001 })
  })

  it('is not called app when another is', () => {
    const known = `${passwd}app:x:5000:50:App:/srv/app:/bin/sh\n`
    expect(chooseUser('7000', undefined, known, group)).toMatchObject({
      name: 'app7000',
      home: '/home/app7000',
    })
  })

  const malformed = [
    'a b',
    ':',
    ':50',
    'app:',
    'app:a:b',
    '../x',
    'a/b',
    '-u',
    'app\n',
    'ünï',
    '1e3',
    '+5',
    'a'.repeat(40),
  ]
  for (const user of malformed) {
    it(`is refused as ${JSON.stringify(user)}`, () => {
      expect(() => chooseUser(user, undefined, passwd, group)).toThrow(
        expect.objectContaining({ kind: 'usage', hint: expect.stringContaining('10001:10001') }),
      )
    })
  }

  it('has numbers that fit', () => {
    for (const user of ['4294967295', '1000:4294967295', '9999999999', '10001:99999999999']) {
      expect(() => chooseUser(user, undefined, '', '')).toThrow(
        expect.objectContaining({
          kind: 'usage',
          message: expect.stringContaining('at most 4294967294'),
        }),
      )
    }
  })

  it('is not misled by a passwd that is damaged', () => {
    const broken = 'app\napp:x:abc:5::/x:/bin/sh\n:x:1:1::/:\n+::::::\napp:x:2000:2000\n'
    expect(chooseUser('app', undefined, broken, '')).toMatchObject({ uid: 2000, home: '/', create: false })
  })
})

describe('a new user', () => {
  const user = { name: 'app', uid: 1001, gid: 1001, home: '/home/app', create: true }

  it('has a line in passwd and group, after what was there', () => {
    expect(withUser(user, passwd, group)).toEqual({
      passwd: `${passwd}app:x:1001:1001::/home/app:/bin/sh\n`,
      group: `${group}app:x:1001:\n`,
    })
  })

  it('joins files that lack their last line end, and empty ones', () => {
    expect(withUser(user, passwd.trimEnd(), group.trimEnd())).toEqual(withUser(user, passwd, group))
    expect(withUser(user, '', '')).toEqual({
      passwd: 'app:x:1001:1001::/home/app:/sbin/nologin\n',
      group: 'app:x:1001:\n',
    })
  })

  it('is in the group of its number where there is one', () => {
    expect(withUser({ ...user, gid: 50 }, passwd, group).group).toBe(group)
  })
})
