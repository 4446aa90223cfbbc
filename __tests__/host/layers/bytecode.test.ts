import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { listLayer } from '../../../src/host/layers/read.ts'
import { createTar, inChunks, type TinyTar } from '../../fixtures/tar.ts'

/** A compiled file as its header says: of a source of this time and size, with flags of PEP 552. */
function createBytecode({ flags = 0, mtime = 100, size = 3 } = {}): Buffer {
  const bytes = Buffer.alloc(200, 'code')
  for (const [at, value] of [0xcb0d, flags, mtime, size].entries()) bytes.writeUInt32LE(value, at * 4)
  return bytes
}

async function staleIn(entries: TinyTar, chunk?: number): Promise<readonly string[] | undefined> {
  return (await listLayer(inChunks(createTar(entries), chunk))).stale
}

const compiled = 'a/__pycache__/b.cpython-313.pyc'

describe('compiled files of a layer', () => {
  it.each<[string, Buffer, boolean]>([
    ['of this time and size', createBytecode(), false],
    ['of another time', createBytecode({ mtime: 99 }), true],
    ['of another size', createBytecode({ size: 4 }), true],
    ['that are checked by hash', createBytecode({ flags: 3, mtime: 99 }), false],
    ['that are never checked', createBytecode({ flags: 1, mtime: 99 }), false],
    ['that are too short', createBytecode({ mtime: 99 }).subarray(0, 15), false],
  ])('%s: stale is %3$s', async (_, bytes, isStale) => {
    const source: TinyTar = [['a/b.py', { content: 'a=1', mtime: 100 }]]
    for (const chunk of [1, 5, 65_536]) {
      const expected = isStale ? [compiled] : undefined
      expect(await staleIn([...source, [compiled, bytes]], chunk)).toEqual(expected)
      expect(await staleIn([[compiled, bytes], ...source], chunk)).toEqual(expected)
    }
  })

  it('are not told of where the source is in no such file of the layer', async () => {
    expect(await staleIn([[compiled, createBytecode({ mtime: 99 })]])).toBeUndefined()
    expect(
      await staleIn([
        [compiled, createBytecode({ mtime: 99 })],
        ['a/b.py', { type: 'symlink', linkname: 'c.py' }],
      ]),
    ).toBeUndefined()
  })

  it('count as the last of their name', async () => {
    const [old, right] = [createBytecode({ mtime: 99 }), createBytecode()]
    const source: TinyTar = [['a/b.py', { content: 'a=1', mtime: 100 }]]
    expect(await staleIn([...source, [compiled, old], [compiled, right]])).toBeUndefined()
    expect(await staleIn([...source, [compiled, right], [compiled, old]])).toEqual([compiled])
  })

  it('hold times and sizes modulo 2^32', async () => {
    const after2106 = 2 ** 32 + 7
    const bytes = createBytecode({ mtime: 7 })
    expect(
      await staleIn([
        [compiled, bytes],
        ['a/b.py', { content: 'a=1', mtime: after2106 }],
      ]),
    ).toBeUndefined()
  })

  it('are told as Python itself does', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bytecode-'))
    try {
      for (const name of ['kept', 'touched', 'hashed']) writeFileSync(join(folder, `${name}.py`), 'a = 1\n')
      const python = (...args: readonly string[]): unknown => execFileSync('python3', args, { cwd: folder })
      python('-m', 'compileall', '-q', 'kept.py', 'touched.py')
      python('-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', 'hashed.py')
      for (const name of ['touched.py', 'hashed.py']) utimesSync(join(folder, name), 1000, 1000)
      execFileSync('tar', ['-cf', 'layer.tar', '--exclude=layer.tar', '.'], { cwd: folder })
      const { stale } = await listLayer(createReadStream(join(folder, 'layer.tar')))
      expect(stale).toEqual([expect.stringMatching(/^__pycache__\/touched\.cpython-\d+\.pyc$/)])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 60_000)
})
