import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site, writeProject } from '../../fixtures/built.ts'
import { createDistribution } from '../../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0', { files: { 'alpha.py': 'alpha = 1\n' } })
const beta = createDistribution('beta', '1.0', { files: { 'beta.py': 'beta = 1\n' } })

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

/** As a project of the index would have them. */
const locks: Readonly<Record<string, (site: Site) => Readonly<Record<string, string>>>> = {
  'requirements.txt': ({ index }) => ({
    'requirements.txt':
      `--index-url ${index.url}/simple\n` +
      [alpha, beta].map(({ name, sha256 }) => `${name}==1.0 --hash=sha256:${sha256}\n`).join(''),
  }),
  'uv.lock': ({ index }) => ({
    'pyproject.toml':
      '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.13"\n' +
      'dependencies = ["alpha", "beta"]\n[tool.uv]\npackage = false\n',
    'uv.lock': [
      'version = 1',
      'revision = 3',
      'requires-python = ">=3.13"',
      ...[alpha, beta].flatMap((wheel) => [
        '[[package]]',
        `name = "${wheel.name}"`,
        'version = "1.0"',
        `source = { registry = "${index.url}/simple" }`,
        `wheels = [{ url = "${index.fileUrl(wheel)}", hash = "sha256:${wheel.sha256}" }]`,
      ]),
      '[[package]]',
      'name = "app"',
      'version = "1"',
      'source = { virtual = "." }',
      'dependencies = [{ name = "alpha" }, { name = "beta" }]',
      '[package.metadata]',
      'requires-dist = [{ name = "alpha" }, { name = "beta" }]',
      '',
    ].join('\n'),
  }),
}

describe.each(Object.keys(locks))('a wheel that uv has of the index of a %s', (lock) => {
  let site: Site
  beforeAll(async () => {
    // As many a private index does.
    site = await createSite([alpha, beta], {}, { cacheControl: 'no-cache' })
  })
  afterAll(() => site.close())

  it('is not fetched again for another store', async () => {
    const project = await site.newFolder('project')
    await writeProject(project, locks[lock]?.(site) ?? {})
    // The lock says which index it is of.
    const env = { UV_DEFAULT_INDEX: undefined }
    const fetched = (): number => site.index.requests.filter((path) => path.startsWith('/files/')).length
    const first = await site.build(project, {}, { env })
    const before = fetched()
    expect(before).toBeGreaterThanOrEqual(2)
    const second = await site.build(project, {}, { env })
    expect(
      second.result.reports[0]?.measurement.timings.find(({ step }) => step === 'assemble')?.cached,
    ).toBe(false)
    expect(fetched()).toBe(before)
    expect(second.digest).toBe(first.digest)
  })
})
