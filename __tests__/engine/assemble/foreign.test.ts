import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Manifest } from '../../../src/image/manifest.ts'
import { createSite, type Site } from '../../fixtures/built.ts'
import { createDistribution } from '../../fixtures/distribution.ts'
import { readMeasurement } from '../../fixtures/invariants.ts'
import { type Ended, startCli } from '../../fixtures/start-cli.ts'

const alpha = createDistribution('alpha', '1.0')

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

describe('a base with a foreign layer that is not with it', () => {
  let site: Site
  let project: string
  let base: string
  let folder: string
  beforeAll(async () => {
    site = await createSite([alpha])
    project = await site.project([alpha], { 'main.py': '' })
    base = await site.writeBase({ more: [['opt/licensed', 'secret']], foreign: 'topmost' })
    folder = await site.newFolder('cwd')
  })
  afterAll(() => site.close())

  async function build(from: string, ...args: readonly string[]): Promise<Ended> {
    const env = await site.env(join(folder, 'store'))
    return startCli(['build', project, '--base', from, '--command', 'true', ...args], { env, cwd: folder })
      .ended
  }
  const json = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, path), 'utf8'))
  const blobs = (): Promise<readonly string[]> => readdir(join(folder, 'image/blobs/sha256'))

  it('is built on; the image names the layer, and its reports say that it is not measured', async () => {
    const { status, stdout, stderr } = await build(
      base,
      '--json',
      'm.json',
      '--sbom',
      'sbom.json',
      '--html',
      'm.html',
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error') })
    const measurement = await readMeasurement(join(folder, 'm.json'))
    const [, second] = measurement.layers
    expect(measurement.layers.map(({ notMeasured }) => notMeasured)).toEqual([
      undefined,
      true,
      undefined,
      undefined,
    ])
    const digest = second?.digest ?? ''
    const manifest = (await json(
      `image/blobs/sha256/${measurement.image.digest.replace('sha256:', '')}`,
    )) as Manifest
    expect(manifest.layers[1]).toEqual({
      mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
      digest,
      size: second?.download,
      urls: ['https://layers.invalid/1'],
    })
    expect(await blobs()).not.toContain(digest.replace('sha256:', ''))
    expect(stdout.replace(/\s+/g, ' ')).toContain(`Layer ${digest} is not measured`)
    expect(await readFile(join(folder, 'm.html'), 'utf8')).toContain('is not measured')
    const sbom = await readFile(join(folder, 'sbom.json'), 'utf8')
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(sbom)).toBeNull()
    expect(JSON.parse(sbom)).toMatchObject({
      metadata: { component: { properties: [{ name: 'pydeps-image:layer:notMeasured', value: digest }] } },
      components: [{ name: 'alpha' }],
    })
  })

  it('is not given to Docker, which would refuse it', async () => {
    const { status, stderr } = await build(base, '--output', 'docker-archive:image.tar')
    expect(status).toBe(2)
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/Docker loads no image without layer sha256:.* foreign layer/)
    expect(stderr).toContain('oci-archive:FILE')
  })

  it('is no base where its Python may be in that layer', async () => {
    // Another Python than that of the base above, whose layer is known by now.
    const python = await site.writeBase({ python: '3.12.1', foreign: 'lowest' })
    const { status, stderr } = await build(python)
    expect(status).toBe(2)
    expect(stderr.replace(/\s+/g, ' ')).toMatch(
      /has no Python 3: .* what is in its layer sha256:.* is not known/,
    )
    expect(stderr).toContain('choose a base without one')
  })
})
