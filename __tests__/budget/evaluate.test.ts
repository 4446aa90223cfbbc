import { describe, expect, it } from '@jest/globals'
import { judge } from '../../src/budget/evaluate.ts'
import { parseRules } from '../../src/budget/parse.ts'
import type { Rule } from '../../src/budget/rule.ts'
import type { RuleVerdict } from '../../src/budget/verdict.ts'
import {
  createDelta,
  createDigest,
  createGrownMeasurement,
  createLayer,
  createMeasurement,
} from '../fixtures/measurement.ts'

const rulesOf = (text: string): readonly Rule[] => {
  const { rules, problems } = parseRules(text, 'test')
  expect(problems).toEqual([])
  return rules
}
const base = createMeasurement()
const head = createGrownMeasurement()
const judgeOne = (text: string, delta = createDelta(), measurement = head): RuleVerdict | undefined =>
  judge({ failOn: rulesOf(text), warnOn: [] }, measurement, delta).rules[0]

describe('a limit', () => {
  it.each([
    ['download > 120 MB', 'fail', 'download is 121 MB, above 120 MB'],
    ['download > 250 MB', 'pass', 'download is 121 MB, within 250 MB'],
    ['disk > 300 MB', 'fail', 'disk is 334 MB, above 300 MB'],
    ['filesystem > 1 GB', 'pass', 'filesystem is 333 MB, within 1.00 GB'],
    ['environment > 200 MB', 'fail', 'environment is 212 MB, above 200 MB'],
    ['update download > 50 MB', 'fail', 'update download is 51.5 MB, above 50.0 MB'],
    ['build time > 5 s', 'fail', 'build time is 5.12 s, above 5.00 s'],
    ['build time > 1 min', 'pass', 'build time is 5.12 s, within 1 min 00 s'],
  ])('%s: %s', (text, outcome, reason) => expect(judgeOne(text)).toMatchObject({ outcome, reason }))

  it('is passed at the limit itself, and broken by one byte', () => {
    const { download } = head.sizes
    expect(judgeOne(`download > ${download} B`)?.outcome).toBe('pass')
    expect(judgeOne(`download > ${download - 1} B`)).toMatchObject({
      outcome: 'fail',
      reason: 'download is 120,628,002 bytes, above 120,628,001 bytes',
    })
  })
})

describe('growth', () => {
  it.each([
    ['download grows by > 30 MB', 'fail', 'download grew by 34.5 MB (+40%), above 30.0 MB'],
    ['download grows by > 5%', 'fail', 'download grew by 34.5 MB (+40%), above 5% (4.31 MB)'],
    ['download grows by > 50%', 'pass', 'download grew by 34.5 MB (+40%), within 50% (43.1 MB)'],
    ['build time grows by > 10%', 'fail', 'build time grew by 810 ms (+19%), above 10% (431 ms)'],
  ])('%s: %s', (text, outcome, reason) => expect(judgeOne(text)).toMatchObject({ outcome, reason }))

  it('is never a shrinking, and nothing is no growth', () => {
    expect(judgeOne('download grows by > 0 B', createDelta(base, head), base)).toMatchObject({
      outcome: 'pass',
      reason: 'download shrank by 34.5 MB (-29%), within 0 B',
    })
    expect(judgeOne('download grows by > 0%', createDelta(base, base), base)).toMatchObject({
      outcome: 'pass',
      reason: 'download did not change, within 0% (0 B)',
    })
  })

  it('from nothing is more than any percentage', () => {
    const empty = createMeasurement({ sizes: { ...base.sizes, environment: 0 } })
    expect(judgeOne('environment grows by > 900%', createDelta(head, empty))).toMatchObject({
      outcome: 'fail',
      reason: 'environment grew by 212 MB from nothing, above 900% (0 B)',
    })
    expect(judgeOne('environment grows by > 5%', createDelta(empty, empty), empty)?.outcome).toBe('pass')
  })

  it('leaves out what the base image grew by itself, and says so', () => {
    const [first, ...rest] = base.layers
    const moved = createMeasurement({
      image: { ...base.image, digest: createDigest(0xf2) },
      sizes: {
        ...base.sizes,
        download: base.sizes.download + 5_000_000 + 1_000_000,
        disk: base.sizes.disk + 9_000_000 + 1_000_000,
      },
      layers: [
        createLayer({
          ...first,
          digest: createDigest(0x99),
          diffId: createDigest(0x98),
          download: 34_778_112,
          disk: 94_400_120,
        }),
        ...rest.slice(0, -1),
        createLayer({
          ...rest.at(-1),
          digest: createDigest(0x97),
          diffId: createDigest(0x96),
          download: 1_184_100,
          disk: 1_488_000,
        }),
      ],
    })
    const delta = createDelta(moved, base)
    const judged = (text: string): RuleVerdict | undefined => judgeOne(text, delta, moved)
    expect(judged('download grows by > 2 MB')).toMatchObject({
      outcome: 'pass',
      reason: 'download grew by 1.00 MB (+1.2%), within 2.00 MB, without +5.00 MB of the base image itself',
    })
    expect(judged('disk grows by > 2 MB')?.outcome).toBe('pass')
    expect(judged('download grows by > 0.5 MB')?.outcome).toBe('fail')
    expect(judged('update download > 2 MB')).toMatchObject({
      outcome: 'pass',
      reason: 'update download is 1.18 MB, within 2.00 MB, without 34.8 MB of the base image itself',
    })
  })
})

describe('a rule without its figure is skipped, with the reason', () => {
  it.each([
    ['start time > 3 s', 'start time was not measured'],
    ['start time grows by > 3 s', 'start time cannot be compared: this image has no start time'],
  ])('%s', (text, reason) => expect(judgeOne(text)).toMatchObject({ outcome: 'skipped', reason }))

  it.each([
    ['download grows by > 5%', 'there is no baseline to tell how much download grew'],
    ['update download > 5 MB', 'there is no baseline to tell the update download'],
  ])('without a baseline: %s', (text, reason) => {
    const { overall, rules } = judge({ failOn: rulesOf(text), warnOn: [] }, head, undefined)
    expect(rules).toMatchObject([{ outcome: 'skipped', reason }])
    expect(overall).toBe('skipped')
  })

  it('across platforms and compressions', () => {
    const arm = createMeasurement({ image: { ...base.image, platform: 'linux/arm64' } })
    for (const text of ['disk grows by > 5%', 'update download > 1 MB', 'build time grows by > 1 s']) {
      expect(judgeOne(text, createDelta(head, arm))).toMatchObject({
        outcome: 'skipped',
        reason: expect.stringContaining('the baseline is for linux/arm64, this image for linux/amd64'),
      })
    }
    const zstd = createMeasurement({ basis: { ...base.basis, compression: 'zstd' } })
    expect(judgeOne('download grows by > 5%', createDelta(head, zstd))).toMatchObject({ outcome: 'skipped' })
    expect(judgeOne('disk grows by > 5%', createDelta(head, zstd))).toMatchObject({ outcome: 'fail' })
  })
})

describe('joined conditions', () => {
  it.each([
    ['disk > 300 MB and disk > 1 GB', 'pass', 'disk is 334 MB, within 1.00 GB'],
    ['disk > 300 MB or disk > 1 GB', 'fail', 'disk is 334 MB, above 300 MB'],
    [
      'disk > 300 MB and download > 1 MB',
      'fail',
      'disk is 334 MB, above 300 MB; download is 121 MB, above 1.00 MB',
    ],
    [
      'disk > 1 GB or download > 1 GB',
      'pass',
      'disk is 334 MB, within 1.00 GB; download is 121 MB, within 1.00 GB',
    ],
  ])('%s: %s', (text, outcome, reason) => expect(judgeOne(text)).toMatchObject({ outcome, reason }))

  it('need a missing figure only where the rest does not decide', () => {
    expect(judgeOne('start time > 3 s and disk > 1 GB')?.outcome).toBe('pass')
    expect(judgeOne('start time > 3 s and disk > 1 MB')?.outcome).toBe('skipped')
    expect(judgeOne('start time > 3 s or disk > 1 MB')?.outcome).toBe('fail')
    expect(judgeOne('start time > 3 s or disk > 1 GB')?.outcome).toBe('skipped')
  })
})

describe('the verdict', () => {
  const overall = (failOn: string, warnOn: string): string =>
    judge({ failOn: rulesOf(failOn), warnOn: rulesOf(warnOn) }, head, createDelta()).overall

  it('is the worst of the rules', () => {
    expect(overall('disk > 1 MB\ndisk > 1 GB', 'disk > 1 MB')).toBe('fail')
    expect(overall('disk > 1 GB\nstart time > 1 s', 'disk > 1 MB')).toBe('warn')
    expect(overall('disk > 1 GB\nstart time > 1 s', '')).toBe('pass')
  })

  it('is skipped where nothing was judged', () => {
    expect(overall('start time > 1 s', '')).toBe('skipped')
    expect(overall('', '')).toBe('skipped')
  })

  it('has the rules that fail first, then those that warn', () => {
    const { rules } = judge(
      { failOn: rulesOf('disk > 1 GB'), warnOn: rulesOf('disk > 2 MB') },
      head,
      undefined,
    )
    expect(rules).toMatchObject([
      { severity: 'fail', outcome: 'pass', rule: { text: 'disk > 1 GB' } },
      { severity: 'warn', outcome: 'warn', rule: { text: 'disk > 2 MB' } },
    ])
  })
})
