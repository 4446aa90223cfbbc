import { expect, it } from '@jest/globals'
import { historyPoint } from '../../src/compare/history.ts'
import { createMeasurement } from '../fixtures/measurement.ts'

it('a point of history is what a trend needs of a measurement', () => {
  const { sizes } = createMeasurement()
  expect(historyPoint('1a2b3c4', createMeasurement({ sizes: { ...sizes, updateDownload: 5 } }))).toEqual({
    commit: '1a2b3c4',
    sizes,
    buildTime: { ms: 4_310, cached: false },
  })
  const start = { step: 'start', ms: 900, cached: true }
  expect(historyPoint('1', createMeasurement({ timings: [start] }))).toEqual({
    commit: '1',
    sizes,
    startTime: { ms: 900, cached: true },
  })
})
