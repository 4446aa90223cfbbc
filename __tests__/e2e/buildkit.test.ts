import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { Manifest } from '../../src/image/manifest.ts'
import { build, buildEnv, example } from '../fixtures/cli.ts'
import {
  syncWithBuildkit,
  type EnvironmentFile,
  lockLikeRequirements,
  readEnvironment,
} from '../fixtures/dockerfile.ts'
import { describeWithEngine } from '../fixtures/engine.ts'

jest.setTimeout(600_000)

type Files = Readonly<Record<string, EnvironmentFile>>

describeWithEngine('the environment, beside that of uv sync in a Dockerfile', (engine) => {
  let folder = ''
  let ours: Files
  let theirs: Files

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'buildkit-'))
    const project = join(folder, 'project')
    await cp(example, project, { recursive: true })
    await lockLikeRequirements(engine, project)
    const layout = join(folder, 'layout')
    await build([project, '--base', engine.base, '--output', `oci:${layout}`], { env: buildEnv(engine) })
    const archive = join(folder, 'venv.tar')
    await syncWithBuildkit(engine, project, archive)
    ;[ours, theirs] = await Promise.all([
      readEnvironment('opt/venv', await layersOf(layout)),
      readEnvironment('opt/venv', [archive]),
    ])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('lacks only what uv adds to make an environment for people', () => {
    expect(Object.keys(ours).length).toBeGreaterThan(4000)
    expect(Object.keys(ours).filter((path) => !(path in theirs))).toEqual([])
    expect(Object.keys(theirs).filter((path) => !(path in ours))).toEqual([
      // Of the folder itself: kept out of version control and backups, and locked while uv works.
      ...['.gitignore', '.lock', 'CACHEDIR.TAG'],
      // For shells; a container has the environment on its PATH.
      ...['', '.bat', '.csh', '.fish', '.nu', '.ps1', '.xsh', '_this.py'].map((end) => `bin/activate${end}`),
      ...['bin/deactivate.bat', 'bin/pydoc.bat'],
      // Where the project was built from, which is a folder of the builder.
      ...sitePackages('direct_url.json', 'uv_build.json', 'uv_cache.json'),
      // A link to lib, for interpreters that do not look there.
      'lib64',
    ])
  })

  it('has everything else in the same bytes, with the same mode and owner', () => {
    const differing = Object.keys(ours).filter(
      (path) => !isDeepStrictEqual(ours[path], theirs[path] ?? ours[path]),
    )
    const [record = ''] = sitePackages('RECORD')
    expect(differing.sort()).toEqual(['bin/python', record, 'pyvenv.cfg'])
    // One names the interpreter itself, the other a link to it.
    expect(ours['bin/python']?.content).toBe('/usr/bin/python3.13')
    expect(theirs['bin/python']?.content).toBe('/usr/local/bin/python')
    // The files that only the other has.
    const rows = (files: Files): readonly string[] => files[record]?.lines ?? []
    expect(rows(ours).length).toBeGreaterThan(20)
    expect(rows(ours).filter((row) => !rows(theirs).includes(row))).toEqual([])
    expect(
      rows(theirs)
        .filter((row) => !rows(ours).includes(row))
        .map((row) => row.replace(/,.*/, '')),
    ).toEqual(sitePackages('direct_url.json', 'uv_build.json', 'uv_cache.json').map(inRecord))
    // uv says who made it.
    const settings = (files: Files): readonly string[] =>
      (files['pyvenv.cfg']?.lines ?? []).map((line) => line.replace(/ = .*/, ''))
    expect(settings(theirs)).toEqual(expect.arrayContaining(['home', 'include-system-site-packages', 'uv']))
    expect(settings(ours)).toEqual(['home', 'include-system-site-packages', 'version'])
  })
})

function sitePackages(...names: readonly string[]): string[] {
  return names.map((name) => `lib/python3.13/site-packages/web-1.4.0.dist-info/${name}`)
}

/** A RECORD's paths start from site-packages. */
function inRecord(path: string): string {
  return path.replace('lib/python3.13/site-packages/', '')
}

async function layersOf(layout: string): Promise<string[]> {
  const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'))
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))
  const index = (await read(join(layout, 'index.json'))) as { manifests: { digest: string }[] }
  const manifest = (await read(blob(index.manifests[0]?.digest ?? ''))) as Manifest
  return manifest.layers.map(({ digest }) => blob(digest))
}
