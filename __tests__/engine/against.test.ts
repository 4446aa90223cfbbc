import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { Measurement } from '../../src/image/measurement.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { createSite, type Site } from '../fixtures/built.ts'
import { createDistribution } from '../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0')

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
let before: string
beforeAll(async () => {
  site = await createSite([alpha])
  // No label and no history tells of its base.
  before = await site.writeBase({ more: [['srv/app', 'x'.repeat(1000)]] })
})
afterAll(() => site.close())

/** Parts of the image that a build is compared with. */
async function partsBeside(base: string, files: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const project = await site.project([alpha], files)
  const { result } = await site.build(project, { against: before, base: parseImageReference(base) })
  const [report] = result.reports as readonly { readonly base?: Measurement }[]
  return report?.base?.parts
}

it('knows the base of an image that it is compared with by that of the build, or by the Dockerfile', async () => {
  const another = await site.writeBase({ python: '3.12.1' })
  expect(await partsBeside(another)).toMatchObject({ app: 0, base: 0 })
  // Of nothing but the application, all that is in no folder of the system is its own: a Python of 18 bytes too.
  expect(await partsBeside(another, { Dockerfile: 'FROM scratch' })).toMatchObject({ app: 1018, base: 0 })
  expect(await partsBeside(site.base)).toMatchObject({ app: 1000, other: 0, interpreter: 0 })
})
