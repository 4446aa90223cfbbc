import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Failure } from '../../src/failure.ts'
import { readTar, type TarLimits } from '../../src/tar/reader.ts'
import { createTar, inChunks } from '../fixtures/tar.ts'

async function paths(tar: Uint8Array, limits: TarLimits = { entries: 1000 }): Promise<string[]> {
  const found: string[] = []
  await readTar(
    inChunks(tar, 4096),
    ({ path }) => {
      found.push(path)
      return { write: () => undefined, end: () => undefined }
    },
    limits,
  )
  return found
}

/** A tar of one file with bytes of its header replaced and, unless told otherwise, the checksum made right again. */
function withField(at: number, bytes: string, { checksum = true } = {}): Buffer {
  const tar = createTar([['name', 'x'.repeat(600)]])
  tar.write(bytes, at, 'latin1')
  if (checksum) writeChecksum(tar)
  return tar
}

function writeChecksum(header: Buffer): void {
  header.write('        ', 148, 'latin1')
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** An extension header of a type with a body, then a file. */
function extended(typeflag: string, body: string | Buffer): Buffer {
  const tar = createTar([
    ['extension', body],
    ['file', 'content'],
  ])
  tar.write(typeflag, 156, 'latin1')
  writeChecksum(tar)
  return tar
}

describe('a hostile tar', () => {
  it.each<[string, Buffer, string]>([
    ['text', Buffer.from('this is no tar '.repeat(100)), 'byte 0: a tar header'],
    ['a checksum that lies', withField(0, 'other', { checksum: false }), 'wrong checksum'],
    ['letters for a size', withField(124, '0000000zzzz\0'), 'size is no octal'],
    ['digits that are not octal', withField(124, '00000000998\0'), 'size is no octal'],
    ['a negative size in base 256', withField(124, '\xff'.repeat(12)), 'the size -1'],
    ['an absurd size in base 256', withField(124, '\x80' + '\xff'.repeat(11)), 'absurdly large'],
    ['a size of 8 EiB', withField(124, '\x80\0\0\0\x7f' + '\xff'.repeat(7)), 'absurdly large'],
    ['a size beyond the end', withField(124, '77777777777\0'), 'ends in the middle'],
    ['a path out of the root', withField(0, '../../etc/passwd'), 'leaves the root'],
    ['an absolute path out of the root', withField(0, '/a/../../b'), 'leaves the root'],
    ['a link out of the root', withField(156, '1../../etc/shadow'), 'leaves the root'],
    ['a pax size of letters', extended('x', '12 size=ten\n'), 'no size'],
    ['a negative pax size', extended('x', '11 size=-1\n'), 'no size'],
    ['an absurd pax size', extended('x', '25 size=9999999999999999\n'), 'no size'],
    ['a pax size in exponents', extended('x', '12 size=1e9\n'), 'no size'],
    ['a pax time of letters', extended('x', '13 mtime=now\n'), 'no time'],
    ['a pax path with NUL', extended('x', '13 path=a\0bc\n'), 'NUL'],
    ['a pax path out of the root', extended('x', '13 path=../x\n'), 'leaves the root'],
    ['a pax length that lies', extended('x', '99 path=x\n'), 'malformed'],
    ['a pax length of zero', extended('x', '0 path=x\n'), 'malformed'],
    ['a pax record without =', extended('x', '8 paths\n'), 'malformed'],
    ['a pax record without newline', extended('x', '9 path=xy'), 'malformed'],
    ['a pax header over its limit', extended('x', Buffer.alloc(2 ** 20 + 1)), 'over the limit'],
    ['a long name over its limit', extended('L', Buffer.alloc(2 ** 20 + 1, 'x')), 'over the limit'],
    ['a long name out of the root', extended('L', '../../x\0'), 'leaves the root'],
    ['a pax header for nothing', extended('x', '10 path=x\n').subarray(0, 1024), 'ends in the middle'],
    ['negative sparse size', withSparse('\xff'.repeat(12)), 'sparse file'],
  ])('%s is refused with its place', async (_, tar, message) => {
    const reading = paths(tar)
    await expect(reading).rejects.toThrow(Failure)
    await expect(reading).rejects.toThrow(/damaged at byte \d+/)
    await expect(reading).rejects.toThrow(message)
  })

  it('has no more entries than the caller allows', async () => {
    const tar = createTar(Array.from({ length: 11 }, (_, i) => [`f${i}`, '']))
    await expect(paths(tar, { entries: 10 })).rejects.toThrow('byte 5120: it has more than 10 entries')
    await expect(paths(tar, { entries: 11 })).resolves.toHaveLength(11)
  })

  it('is refused where it is truncated, at every byte of its headers and content', async () => {
    const tar = createTar([
      ['a', 'x'.repeat(700)],
      ['n'.repeat(200), 'y'],
    ])
    const content = tar.length - 1024
    // Without the end, and without the last padding, it is still whole.
    const whole = new Set([0, 512 + 700, 512 + 1024, content - 511, content])
    for (let length = 0; length < content; length += 1) {
      const reading = paths(tar.subarray(0, length))
      if (whole.has(length)) await expect(reading).resolves.toBeDefined()
      else await expect(reading).rejects.toThrow(`byte ${length}: it ends in the middle`)
    }
  })

  it('cannot make two names meet by an empty value or a padded header', async () => {
    expect(await paths(extended('x', '8 path=\n'))).toEqual(['file'])
    expect(await paths(extended('x', '10 path=a\n\0\0\0'))).toEqual(['a'])
    expect(await paths(extended('L', 'b\0hidden'))).toEqual(['b'])
  })

  it('of random bytes is refused or read, and nothing else', async () => {
    const tar = createTar([
      ['a/', {}],
      ['n'.repeat(200), { content: 'content', xattrs: { 'user.x': 'y' } }],
      ['l', { type: 'symlink', linkname: 'a' }],
    ])
    const change = fc.tuple(fc.nat(tar.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        async (changes, mend) => {
          const broken = Buffer.from(tar)
          for (const [at, byte] of changes) broken[at] = byte
          if (mend) writeChecksum(broken)
          await paths(broken).catch((error: unknown) => expect(error).toBeInstanceOf(Failure))
        },
      ),
      { numRuns: 500 },
    )
  })
})

function withSparse(realSize: string): Buffer {
  const tar = createTar([['name', 'x']])
  tar.write('S', 156, 'latin1')
  tar.write(realSize, 483, 'latin1')
  writeChecksum(tar)
  return tar
}
