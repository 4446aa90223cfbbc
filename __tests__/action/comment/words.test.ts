import { describe, expect, it } from '@jest/globals'
import { imageId, isWorthSaying, renderWords, sharedId } from '../../../src/action/comment/words.ts'
import { createMeasurement } from '../../fixtures/measurement.ts'
import { createReport, createVerdict } from '../../fixtures/report.ts'

const report = createReport()
const forPlatform = (platform: string): typeof report => {
  const { image } = report.measurement
  return createReport({
    name: `api (${platform})`,
    measurement: createMeasurement({ image: { ...image, platform } }),
  })
}

it('are of an image by its name and its platforms', () => {
  const [amd64, arm64] = [forPlatform('linux/amd64'), forPlatform('linux/arm64')]
  const ids = [[report], [amd64], [arm64], [amd64, arm64], [createReport({ name: 'jobs' })]].map(imageId)
  expect(new Set(ids).size).toBe(5)
  expect(imageId([createReport({ delta: undefined, verdict: undefined })])).toBe(imageId([report]))
  expect(sharedId('image.yml')).not.toBe(sharedId('other.yml'))
})

describe('are worth saying', () => {
  const quiet = { delta: undefined, verdict: createVerdict('disk > 5 GB') }
  it.each([
    ['with a baseline', {}, true],
    ['over budget', { delta: undefined, verdict: createVerdict('disk > 1 kB') }, true],
    ['over a warning limit', { delta: undefined, verdict: createVerdict('', 'disk > 1 kB') }, true],
    ['within budget on a first run', quiet, false],
    ['without a budget on a first run', { delta: undefined, verdict: undefined }, false],
  ])('%s', (_, overrides, expected) => {
    expect(isWorthSaying([createReport(overrides)])).toBe(expected)
    expect(isWorthSaying([createReport(quiet), createReport(overrides)])).toBe(expected)
  })
})

it('have every platform, the commit and the run, and fit', () => {
  const mark = { run: 12, attempt: 2, sha: '1a2b3c4'.padEnd(40, '0') }
  for (const limit of [4000, 20_000, 65_000]) {
    const reports = [forPlatform('linux/amd64'), forPlatform('linux/arm64')]
    const text = renderWords(reports, mark, 'https://github.example/acme/api/actions/runs', limit)
    expect(text.length).toBeLessThanOrEqual(limit)
    expect(text).toMatch(/`api \(linux\/amd64\)`[^]*`api \(linux\/arm64\)`/)
    expect(text).toMatch(
      /\n<sub>Commit 1a2b3c4, \[run 12\]\(https:\/\/github.example\/acme\/api\/actions\/runs\/12\/attempts\/2\)<\/sub>\n$/,
    )
  }
})
