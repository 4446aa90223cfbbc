import { Failure } from '../failure.ts'
import type { RecipeUser } from './recipe.ts'

interface PasswdRow {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/**
 * Who the container runs as. Asked for by name, `uid` or `uid:gid`; else the base's own user unless that is root;
 * else a new user `app`. Users that the base does not know are created. Throws Failure for a malformed one,
 * or for a group that is a name and not the base's.
 */
export function chooseUser(
  asked: string | undefined,
  baseUser: string | undefined,
  passwd: string,
  group: string,
): RecipeUser {
  const rows = parsePasswd(passwd)
  const taken = new Set([...rows.flatMap((row) => [row.uid, row.gid]), ...parseGroup(group).values()])
  const own = baseUser === undefined || isRoot(baseUser) ? undefined : baseUser
  const wanted = asked ?? own
  if (wanted === undefined) {
    const known = rows.find((row) => row.name === 'app')
    if (known && known.uid !== 0) return { ...known, create: false }
    const id = freeId(taken)
    return { name: 'app', uid: id, gid: id, home: '/home/app', create: true }
  }
  const [, user = '', of] = /^([^:]+)(?::([^:]+))?$/.exec(wanted) ?? []
  if (!/^[a-z_][a-z0-9_-]{0,31}$|^\d{1,10}$/i.test(user) || (of !== undefined && !/^\w[\w-]*$/.test(of))) {
    throw new Failure('usage', `user ${JSON.stringify(wanted)} is not a user`, {
      hint: 'write a name, a uid or uid:gid, for example app, 10001 or 10001:10001',
    })
  }
  const uid = /^\d+$/.test(user) ? Number(user) : undefined
  const row = rows.find((one) => (uid === undefined ? one.name === user : one.uid === uid))
  const gid = of === undefined ? undefined : /^\d+$/.test(of) ? Number(of) : groupId(of, group)
  if (Math.max(uid ?? 0, gid ?? 0) > 0xfffffffe) {
    throw new Failure('usage', `user ${JSON.stringify(wanted)}: a uid or gid is at most 4294967294`)
  }
  if (row) return { ...row, gid: gid ?? row.gid, create: false }
  const id = uid ?? freeId(taken)
  const name = uid === undefined ? user : rows.some((one) => one.name === 'app') ? `app${id}` : 'app'
  return { name, uid: id, gid: gid ?? id, home: `/home/${name}`, create: true }
}

/** The base's passwd and group files with a new user in them. */
export function withUser(user: RecipeUser, passwd: string, group: string): { passwd: string; group: string } {
  const shell = /^root:.*:\/bin\/(?:ba)?sh$/m.test(passwd) ? '/bin/sh' : '/sbin/nologin'
  const hasGroup = group.split('\n').some((line) => line.split(':')[2] === String(user.gid))
  return {
    passwd: `${ended(passwd)}${user.name}:x:${user.uid}:${user.gid}::${user.home}:${shell}\n`,
    group: hasGroup ? group : `${ended(group)}${user.name}:x:${user.gid}:\n`,
  }
}

function parsePasswd(text: string): PasswdRow[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = '', , home = ''] = line.split(':')
    if (name === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return []
    return [{ name, uid: Number(uid), gid: Number(gid), home: home || '/' }]
  })
}

/** Numbers of groups by their names. */
function parseGroup(text: string): ReadonlyMap<string, number> {
  const rows = text.split('\n').map((line) => line.split(':'))
  return new Map(
    rows.flatMap(([name = '', , gid = '']) => (/^\d+$/.test(gid) ? [[name, Number(gid)] as const] : [])),
  )
}

function groupId(name: string, group: string): number {
  const found = parseGroup(group).get(name)
  if (found !== undefined) return found
  throw new Failure('usage', `the base image has no group ${JSON.stringify(name)}`, {
    hint: 'write the gid as a number, for example 10001:10001',
  })
}

function isRoot(user: string): boolean {
  return /^(?:root|0)?(?::.*)?$/.test(user)
}

/** 1000 is what people expect of the first user; a base may have it taken, by a user or a group. */
function freeId(taken: ReadonlySet<number>): number {
  let id = 1000
  while (taken.has(id)) id += 1
  return id
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
