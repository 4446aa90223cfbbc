import { expect, it } from '@jest/globals'
import { judge } from '../../src/budget/evaluate.ts'
import { parseRules } from '../../src/budget/parse.ts'
import type { RuleVerdict, Verdict } from '../../src/budget/verdict.ts'
import { createDelta, createGrownMeasurement } from '../fixtures/measurement.ts'

function judgeWith(text: string, acceptedBy?: string): Verdict {
  const failOn = parseRules(text, 'test').rules
  return judge({ failOn, warnOn: [] }, createGrownMeasurement(), createDelta(), { acceptedBy })
}
const first = (verdict: Verdict): RuleVerdict | undefined => verdict.rules[0]

it.each([
  'download grows by > 1 MB',
  'update download > 1 MB',
  'download grows by > 1 MB and download > 1 MB',
  'download grows by > 1 MB or download > 1 GB',
])('a label accepts an increase, and says so: %s', (text) => {
  expect(judgeWith(text).overall).toBe('fail')
  const accepted = judgeWith(text, 'size-ok')
  expect(accepted.overall).toBe('pass')
  expect(first(accepted)).toMatchObject({
    acceptedBy: 'size-ok',
    reason: expect.stringMatching(/, above .*; accepted by the label `size-ok`$/) as unknown,
  })
})

it.each(['download > 1 MB', 'build time > 1 s', 'download grows by > 1 MB or download > 1 MB'])(
  'a limit holds whatever the label: %s',
  (text) => {
    expect(judgeWith(text, 'size-ok')).toEqual(judgeWith(text))
    expect(judgeWith(text, 'size-ok').overall).toBe('fail')
  },
)

it('what is within budget needs no label', () => {
  expect(judgeWith('download grows by > 1 GB', 'size-ok')).toEqual(judgeWith('download grows by > 1 GB'))
})
