import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })

let world: World
beforeAll(async () => {
  world = await createWorld([alpha])
}, 300_000)
afterAll(() => world.close())

it('the whole report is an artifact of the run, where that is asked for', async () => {
  const job = await world.push('main', world.project([alpha]), { inputs: { 'upload-report': 'true' } })
  expect(job).toMatchObject({ status: 0, warnings: [] })
  const [artifact, ...others] = [...world.github.state.artifacts.values()]
  expect(others).toEqual([])
  expect(artifact?.name).toMatch(/^pydeps-image-report-[0-9a-f]{16}-1$/)
  const zip = Buffer.from(artifact?.zip ?? []).toString('latin1')
  for (const name of ['measurement.json', 'report.md', 'report.html', 'sbom.cdx.json'])
    expect(zip).toContain(name)
}, 300_000)

it('an artifact that cannot be kept is a warning, and the image is there', async () => {
  world.results.artifacts.fail('create', 403)
  const job = await world.push('main', { 'app.py': 'print(2)\n' }, { inputs: { 'upload-report': 'true' } })
  expect(job).toMatchObject({ status: 0, outputs: { image: 'oci:image' } })
  expect(job.warnings).toEqual([expect.stringContaining('the report was not uploaded')])
}, 300_000)
