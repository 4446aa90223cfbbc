import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { type TinyBaseOptions, writeBase } from '../fixtures/base.ts'
import { build, buildEnv, example, runCli } from '../fixtures/cli.ts'
import { describeWithEngine } from '../fixtures/engine.ts'

jest.setTimeout(600_000)

const execute = promisify(execFile)

interface Descriptor {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

/** Prints `MACHINE PATH` of every shared library in layers, as their own ELF headers say (e_machine). */
const machines = `
import sys, tarfile
for path in sys.argv[1:]:
    with tarfile.open(path) as tar:
        for member in tar:
            if not member.isfile() or ".so" not in member.name.rsplit("/", 1)[-1]: continue
            head = tar.extractfile(member).read(20)
            if head[:4] == b"\\x7fELF": print(int.from_bytes(head[18:20], "little"), member.name)
            else: print("none", member.name)
`

describeWithEngine('an image for two platforms', (engine) => {
  const env = buildEnv(engine)
  let folder = ''
  let layout = ''
  let base = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arm64-'))
    layout = join(folder, 'layout')
    base = await writeIndex(join(folder, 'base'), [
      { platform: 'linux/amd64' },
      { platform: 'linux/arm64/v8' },
    ])
    const platforms = ['--platform', 'linux/amd64,linux/arm64']
    await build([example, '--base', base, ...platforms, '--output', `oci:${layout}:1`], { env })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const document = async <T>(digest: string): Promise<T> =>
    JSON.parse(await readFile(join(layout, 'blobs', digest.replace(':', '/')), 'utf8')) as T
  const platforms = async (): Promise<readonly Descriptor[]> => {
    const top = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
      manifests: Descriptor[]
    }
    return (await document<{ manifests: Descriptor[] }>(top.manifests[0]?.digest ?? '')).manifests
  }

  it('is an index of both', async () => {
    expect((await platforms()).map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      expect.objectContaining({ os: 'linux', architecture: 'arm64' }),
    ])
  })

  it('holds shared libraries of the one machine only', async () => {
    const found: Record<string, Record<string, number>> = {}
    for (const { digest, platform } of await platforms()) {
      const { layers } = await document<{ layers: Descriptor[] }>(digest)
      const paths = layers.slice(1).map((layer) => join(layout, 'blobs', layer.digest.replace(':', '/')))
      const { stdout } = await execute('python3', ['-c', machines, ...paths])
      const counts: Record<string, number> = {}
      for (const line of stdout.trim().split('\n')) {
        const [machine = ''] = line.split(' ')
        counts[machine] = (counts[machine] ?? 0) + 1
      }
      found[platform?.architecture ?? ''] = counts
    }
    // Numbers of the ELF specification: 62 is x86-64, 183 AArch64.
    expect(found).toEqual({
      amd64: { 62: expect.any(Number) as unknown },
      arm64: { 183: expect.any(Number) as unknown },
    })
    expect(found['arm64']?.[183]).toBeGreaterThan(100)
  })

  it('is read by skopeo and crane, each platform by its name', async () => {
    const index = JSON.parse(
      (await execute(engine.skopeo, ['inspect', '--raw', `oci:${layout}:1`])).stdout,
    ) as object
    expect(index).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json' })
    const remote = `${engine.registry}/test/arm64-${process.pid}:1`
    await execute(engine.skopeo, [
      ...['--insecure-policy', 'copy', '--quiet', '--all', '--dest-tls-verify=false'],
      ...[`oci:${layout}:1`, `docker://${remote}`],
    ])
    const { stdout } = await execute(engine.crane, ['config', '--platform', 'linux/arm64', remote])
    expect(JSON.parse(stdout)).toMatchObject({ architecture: 'arm64' })
    await execute(engine.crane, ['validate', '--platform', 'linux/arm64', '--remote', remote])
    const { stdout: digest } = await execute(engine.crane, ['digest', remote])
    await execute(engine.crane, ['delete', `${remote.replace(/:1$/, '')}@${digest.trim()}`])
  })

  it('is told apart for each platform in the report', async () => {
    const { status, stdout } = await runCli(
      [
        ...['build', example, '--base', base, '--platform', 'linux/amd64', '--platform', 'linux/arm64'],
        ...['--output', `oci-archive:${join(folder, 'image.tar')}`],
      ],
      { env },
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/^web \(linux\/amd64\) [^]*^web \(linux\/arm64/m)
  })

  it('cannot be had where the base is for one platform, or the output holds one', async () => {
    const one = await writeBase(join(folder, 'one'))
    const both = ['--platform', 'linux/amd64,linux/arm64', '--quiet']
    const other = await runCli(
      ['build', example, '--base', one, ...both, '--output', `oci:${join(folder, 'no')}`],
      { env },
    )
    expect(other.status).toBe(2)
    expect(other.stderr).toMatch(/^error: .*linux\/arm64/)
    const archive = `docker-archive:${join(folder, 'no.tar')}:web:1`
    const single = await runCli(['build', example, '--base', base, ...both, '--output', archive], { env })
    expect(single).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('holds one platform') as unknown,
    })
  })
})

/** One layout with a base for each platform, under one index. */
async function writeIndex(folder: string, bases: readonly TinyBaseOptions[]): Promise<string> {
  const manifests: unknown[] = []
  for (const [i, options] of bases.entries()) {
    const own = `${folder}-${i}`
    await writeBase(own, options)
    await cp(own, folder, { recursive: true })
    const index = JSON.parse(await readFile(join(own, 'index.json'), 'utf8')) as { manifests: unknown[] }
    manifests.push(...index.manifests)
  }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  return `oci:${folder}`
}
