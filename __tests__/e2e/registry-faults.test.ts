import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Manifest } from '../../src/image/manifest.ts'
import { mediaTypes } from '../../src/image/mediatype.ts'
import { createSite, type Site } from '../fixtures/built.ts'
import { type CliRun, runCli } from '../fixtures/cli.ts'
import { type FakeAuth, type FakeRegistry, type Fault, fail, startRegistry } from '../fixtures/registry.ts'
import { createImage } from '../fixtures/tiny-image.ts'
import { createWheel } from '../fixtures/wheel.ts'

jest.setTimeout(120_000)

const alpha = createWheel('alpha', '1.0')
const name = 'team/python'

let site: Site
let registry: FakeRegistry
beforeAll(async () => {
  site = await createSite([alpha])
})
afterAll(() => site.close())
beforeEach(async () => {
  registry = await serving()
})
afterEach(() => registry.close())

/** A registry with the base of the site. */
async function serving(auth?: FakeAuth): Promise<FakeRegistry> {
  const started = await startRegistry(auth)
  const layout = site.base.replace(/^oci:/, '')
  const blob = (digest: string): Promise<Buffer> => readFile(join(layout, 'blobs', digest.replace(':', '/')))
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as Pick<Manifest, never> & {
    manifests: { digest: string }[]
  }
  const manifest = JSON.parse((await blob(index.manifests[0]?.digest ?? '')).toString()) as Manifest
  for (const { digest } of [manifest.config, ...manifest.layers]) started.addBlob(name, await blob(digest))
  started.addManifest(name, '3.13', manifest, mediaTypes.ociManifest)
  return started
}

/** What a user sees who builds on this base, from an empty store. */
async function buildOn(base: string, files: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  const project = await site.project([alpha], files)
  const output = join(await site.newFolder('output'), 'image')
  const env = { ...(await site.env(await site.newFolder('store'))), DOCKER_CONFIG: join(site.folder, 'none') }
  const result = await runCli(['build', project, '--base', base, '--output', `oci:${output}`, '--quiet'], {
    env,
  })
  if (result.status !== 0) {
    expect(result.stderr).not.toMatch(/fault of pydeps-image|^ +at /m)
    expect(result.stdout).toBe('')
    await expect(readFile(join(output, 'index.json'))).rejects.toThrow('ENOENT')
  }
  return result
}

function answerWith(url: RegExp, act: Fault['act'], times = 99): void {
  registry.faults.push({ url, times, act })
}

it('builds on a base in the registry', async () => {
  expect(await buildOn(`docker://${registry.host}/${name}:3.13`)).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
})

describe('a registry that cannot be reached', () => {
  it('unknown host', async () => {
    const { status, stderr } = await buildOn('docker://registry.invalid/python:3.13')
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^error: .*registry\.invalid.*\nwhat to do: .+\n$/) as unknown,
    })
  })

  it('connection refused', async () => {
    const { host } = registry
    await registry.close()
    const { status, stderr } = await buildOn(`docker://${host}/${name}:3.13`)
    registry = await serving()
    expect(status).toBe(3)
    expect(stderr).toMatch(new RegExp(`^error: .*${host}.*nothing listens there.*\nwhat to do: .+\n$`))
  })
})

describe('a registry that refuses', () => {
  it('401: says how to log in', async () => {
    await registry.close()
    registry = await serving({ kind: 'bearer', users: { ann: 'secret' } })
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .*\(401\).*\nwhat to do: .*docker login.*\n$/)
    expect(stderr).toContain(registry.host)
  })

  it('403', async () => {
    answerWith(/manifests/, (_, response) => fail(response, 403, 'DENIED'))
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .*\(403\).*\nwhat to do: .+\n$/)
  })

  it('404: names what is not there', async () => {
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.31`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .*team\/python:3\.31.*\(404\).*\nwhat to do: .*tag.*\n$/)
  })

  it('429, for an hour', async () => {
    answerWith(/manifests/, (_, response) =>
      fail(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }),
    )
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .*\(429\).*\nwhat to do: .+\n$/)
  })

  it('a web page instead of a registry', async () => {
    answerWith(/v2/, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>')
    })
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .+\n/)
  })
})

describe('a layer of the base', () => {
  const layer = (): { readonly bytes: Buffer; readonly url: RegExp } => {
    const [key, bytes] = [...registry.blobs].reduce((largest, one) =>
      one[1].length > largest[1].length ? one : largest,
    )
    return { bytes, url: new RegExp(`/blobs/${key.split('@')[1] ?? ''}`) }
  }
  /** Half of the layer, and then no connection. */
  const breakOff = (times: number): void => {
    const { bytes, url } = layer()
    answerWith(
      url,
      (request, response) => {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy())
      },
      times,
    )
  }

  it('that breaks off is fetched on from there', async () => {
    breakOff(1)
    expect(await buildOn(`docker://${registry.host}/${name}:3.13`)).toMatchObject({ status: 0 })
    const ranges = registry.seen
      .filter(({ url }) => layer().url.test(url))
      .map(({ headers }) => headers.range)
    expect(ranges).toEqual([undefined, `bytes=${layer().bytes.length >> 1}-`])
  })

  it('that always breaks off', async () => {
    breakOff(99)
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .+\nwhat to do: .+\n$/)
    expect(stderr).toContain(registry.host)
  })

  it('with other bytes', async () => {
    const { bytes } = layer()
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200)
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`)
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: .*sha256:[0-9a-f]+.*\n/)
  })
})

describe('a base that does not do', () => {
  it('has no Python', async () => {
    const { manifest, configBytes, layerBytes } = createImage({
      layers: [[['etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n']]],
    })
    for (const bytes of [configBytes, ...layerBytes.values()]) registry.addBlob(name, bytes)
    registry.addManifest(name, 'scratch', manifest, mediaTypes.ociManifest)
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:scratch`)
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error: .*team\/python:scratch.* no Python.*\nwhat to do: .*python:.*\n$/)
  })

  it('has a Python that the project refuses', async () => {
    const { status, stderr } = await buildOn(`docker://${registry.host}/${name}:3.13`, {
      'pyproject.toml': '[project]\nname = "own"\nversion = "1"\nrequires-python = ">=3.14"\n',
    })
    expect(status).toBe(3)
    expect(stderr).toMatch(/^error: [^\n]*3\.13\.5[^]*\nwhat to do: .+\n$/)
    expect(stderr).toContain('>=3.14')
  })

  it('is for another platform', async () => {
    const base = await site.writeBase({ platform: 'linux/arm64' })
    const { status, stderr } = await buildOn(base)
    expect(status).toBe(2)
    expect(stderr).toMatch(/^error: .*linux\/amd64.*\n/)
    expect(stderr).toContain('linux/arm64')
  })
})
