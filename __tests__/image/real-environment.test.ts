import { spawnSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listLayer } from '../../src/host/layers/read.ts'
import { findDistributions } from '../../src/image/distributions.ts'
import { mergeLayers } from '../../src/image/filesystem.ts'
import { createParts } from '../../src/image/parts.ts'

/** What Python itself says: each distribution's version, and its files on disk with what was compiled of them. */
const oracle = `
import glob, importlib.metadata, json, os
out = {}
for d in importlib.metadata.distributions():
    paths = {os.path.realpath(d.locate_file(f)) for f in d.files}
    for path in list(paths):
        if path.endswith('.py'):
            stem = os.path.join(os.path.dirname(path), '__pycache__', glob.escape(os.path.basename(path)[:-3]))
            paths |= set(glob.glob(stem + '.cpython-*.pyc'))
    sizes = [os.path.getsize(path) for path in paths if os.path.exists(path)]
    out[d.name.lower()] = [d.version, len(sizes), sum(sizes)]
print(json.dumps(out))
`

describe('an environment that Python made', () => {
  let folder = ''
  const run = (command: string, ...args: string[]): string => {
    const { stdout, stderr, status } = spawnSync(command, args, {
      cwd: folder,
      maxBuffer: 1e8,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    return stdout
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'environment-'))
    run('python3', '-m', 'venv', 'root/opt/venv')
    run('tar', '-cf', 'layer.tar', '-C', 'root', '.')
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('has the distributions, files and bytes that Python finds in it, and nothing else', async () => {
    const filesystem = mergeLayers([await listLayer(createReadStream(join(folder, 'layer.tar')))])
    const found = findDistributions(filesystem)
    const bytes = (files: readonly string[]): number =>
      files.reduce((sum, path) => sum + (filesystem.files.get(path)?.bytes ?? 0), 0)
    const told = found.map(({ name, version, files }) => [name, [version, files.length, bytes(files)]])
    expect(Object.fromEntries(told)).toEqual(JSON.parse(run('root/opt/venv/bin/python', '-c', oracle)))
    expect(found.map(({ name }) => name)).toContain('pip')

    const partOf = createParts(
      filesystem,
      {
        distributions: new Set(found.flatMap(({ files }) => files)),
        system: new Set(),
        interpreter: new Set(),
        leftovers: new Set(),
      },
      { baseLayers: undefined, workingDir: undefined },
    )
    const parts = new Set(
      [...filesystem.files].filter(([, file]) => file.bytes > 0).map(([path]) => partOf(path, 0)),
    )
    expect([...parts]).toEqual(['environment'])
    expect(filesystem.bytes).toBe(
      run('find', 'root', '-type', 'f', '-printf', '%s\n')
        .trim()
        .split('\n')
        .reduce((sum, size) => sum + Number(size), 0),
    )
  })
})
