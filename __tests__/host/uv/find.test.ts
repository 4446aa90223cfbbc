import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '../../../src/host/process.ts'
import { findUv } from '../../../src/host/uv/find.ts'
import { keptWheels } from '../../../src/host/uv/fetch.ts'
import { Blobs } from '../../../src/host/store/blobs.ts'
import { createZip } from '../../fixtures/wheel.ts'
import { hostPython } from '../../../src/host/uv/python.ts'

let folder: string
let bin: string
let cache: string
let env: Record<string, string>
let notes: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-uv-'))
  bin = join(folder, 'bin')
  cache = join(folder, 'cache')
  notes = []
  await mkdir(bin)
  env = { PATH: bin, HOME: folder }
  for (const tool of ['sh', 'mkdir', 'cat', 'sleep', 'dirname'])
    await symlink(`/bin/${tool}`, join(bin, tool))
  const wheel = createZip({ 'uv-0.13.9.data/scripts/uv': '#!/bin/sh\n' })
  await writeFile(join(folder, 'uv.whl'), wheel)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function createProgram(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
}

/** What pip does: the wheel appears in the folder after `--dest`. */
const pip = `
while [ "$1" != --dest ]; do shift; done
mkdir -p "$2"; echo x >> "$HOME/installs"; cat "$4" > "$HOME/requirements"; sleep 0.2
cat "$HOME/uv.whl" > "$2/uv-0.13.9-py3-none-any.whl"`

describe('findUv', () => {
  it('takes the one on PATH when it is new enough', async () => {
    await createProgram(join(bin, 'uv'), 'echo "uv 0.13.9 (abc 2026-10-01)"')
    expect(await findUv(cache, { env })).toEqual({ path: join(bin, 'uv'), version: '0.13.9' })
  })

  it('looks behind the shim of pyenv', async () => {
    const root = join(folder, '.pyenv')
    const real = join(root, 'versions/3.11.7/bin/uv')
    await createProgram(join(root, 'shims/uv'), `exec ${root}/libexec/pyenv exec uv "$@"`)
    await createProgram(join(root, 'bin/pyenv'), `[ "$1 $2" = "which uv" ] && echo ${real}`)
    await createProgram(real, 'echo "uv 0.12.0"')
    const found = await findUv(cache, { env: { ...env, PATH: `${join(root, 'shims')}:${bin}` } })
    expect(found).toEqual({ path: real, version: '0.12.0' })
  })

  it('fetches one where that on PATH is too old, and says so', async () => {
    await createProgram(join(bin, 'uv'), 'echo "uv 0.4.30"')
    await createProgram(join(bin, 'python3'), pip)
    const found = await findUv(cache, { env, note: (text) => notes.push(text) })
    expect(found.path.startsWith(join(cache, 'tools', 'uv-'))).toBe(true)
    expect(notes).toEqual(['uv 0.4.30 on PATH is older than 0.9.0 and is not used'])
  })

  it('fetches it once, by hash, and two at a time do not disturb each other', async () => {
    await createProgram(join(bin, 'python3'), pip)
    const [a, b] = await Promise.all([findUv(cache, { env }), findUv(cache, { env })])
    expect(a).toEqual(b)
    expect(await readdir(join(cache, 'tools'))).toEqual([`uv-${a.version}`])
    const installs = await readFile(join(folder, 'installs'), 'utf8')
    await findUv(cache, { env })
    expect(await readFile(join(folder, 'installs'), 'utf8')).toBe(installs)
    expect(await readFile(join(folder, 'requirements'), 'utf8')).toMatch(
      new RegExp(`^uv==${a.version}( --hash=sha256:[0-9a-f]{64}){4,}\n$`),
    )
  })

  it('leaves nothing behind when fetching fails', async () => {
    await createProgram(
      join(bin, 'python3'),
      `${pip}; echo 'ERROR: no route to https://me:pw@index.invalid' >&2; exit 1`,
    )
    const failing = findUv(cache, { env })
    await expect(failing).rejects.toThrow(
      /fetching uv [\d.]+ failed: ERROR: no route to https:\/\/\*\*\*@index\.invalid/,
    )
    await expect(failing).rejects.toHaveProperty('hint', expect.stringContaining('install uv'))
    expect(await readdir(join(cache, 'tools'))).toEqual([])
  })

  it('says to install uv where there is no pip or no Python', async () => {
    await expect(findUv(cache, { env })).rejects.toThrow('there is no python3 to fetch it with')
    await createProgram(join(bin, 'python3'), 'echo "/usr/bin/python3: No module named pip" >&2; exit 1')
    await expect(findUv(cache, { env })).rejects.toThrow('failed: python3 has no pip')
  })

  it('says so when what pip gave is no wheel of uv', async () => {
    await createProgram(join(bin, 'python3'), pip)
    await writeFile(join(folder, 'uv.whl'), createZip({ 'uv/__init__.py': '' }))
    await expect(findUv(cache, { env })).rejects.toThrow(/fetching uv .* failed: its wheel has no uv-/)
    await writeFile(join(folder, 'uv.whl'), 'nothing')
    await expect(findUv(cache, { env })).rejects.toThrow(/fetching uv .* failed: /)
  })

  it('gets a real one with the real pip, and another time from its wheel alone', async () => {
    await symlink(await hostPython(process.env), join(bin, 'python3'))
    const found = await findUv(cache, { env: { ...process.env, PATH: bin } })
    expect(found.path.startsWith(cache)).toBe(true)
    expect((await run(found.path, ['--version'])).stdout).toContain(`uv ${found.version}`)

    const [[digest] = []] = await keptWheels(new Blobs(cache))
    await rm(join(cache, 'tools'), { recursive: true })
    await rm(join(bin, 'python3'))
    expect(await findUv(cache, { env })).toEqual(found)
    expect((await run(found.path, ['--version'])).stdout).toContain(`uv ${found.version}`)

    // One that is damaged is no wheel of uv, whatever else it holds.
    await rm(join(cache, 'tools'), { recursive: true })
    if (digest === undefined) throw new Error('no wheel was kept')
    await chmod(new Blobs(cache).path(digest), 0o644)
    await writeFile(
      new Blobs(cache).path(digest),
      createZip({ 'uv-0.13.9.data/scripts/uv': '#!/bin/sh\ntouch "$HOME/poisoned"' }),
    )
    await expect(findUv(cache, { env })).rejects.toThrow('there is no python3 to fetch it with')
    expect(await readdir(folder)).not.toContain('poisoned')
  }, 120_000)
})
