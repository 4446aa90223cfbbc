import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createPatience, jobPatience, parsePatience } from '../../src/action/patience.ts'

/** A clock that only waiting moves. */
function createClock(): { now: () => number; wait: <T>(ms: number, result: T) => Promise<T> } {
  let time = 0
  return {
    now: () => time,
    wait: (ms, result) => {
      time += ms
      return Promise.resolve(result)
    },
  }
}

it('is paid by what fails, and not by what works', async () => {
  const { now, wait } = createClock()
  const patience = createPatience(10_000, now)
  expect(await patience.pay(() => wait(4_000, 'answer'))).toBe('answer')
  expect(patience.left(60_000)).toBe(10_000)
  expect(patience.left(3_000)).toBe(3_000)
  const breaks = (): Promise<never> => wait(2_000, '').then(() => Promise.reject(new Error('no')))
  await expect(patience.pay(breaks)).rejects.toThrow('no')
  expect(patience.left(60_000)).toBe(8_000)
  expect(
    await patience.pay(
      () => wait(7_500, 'failed'),
      (result) => result === 'failed',
    ),
  ).toBe('failed')
  // Half a second is not worth a question.
  expect(patience.left(60_000)).toBe(0)
})

it('of a part is paid from the whole too, and the part is no larger than the whole', async () => {
  const { now, wait } = createClock()
  const whole = createPatience(10_000, now)
  const part = whole.part(6_000)
  const fail = (ms: number) => (): Promise<boolean> => wait(ms, true)
  await part.pay(fail(4_000), Boolean)
  expect([part.left(60_000), whole.left(60_000)]).toEqual([2_000, 6_000])
  await whole.pay(fail(4_500), Boolean)
  expect([part.left(60_000), whole.left(60_000)]).toEqual([1_500, 1_500])
  await part.pay(fail(1_500), Boolean)
  expect([part.left(60_000), whole.left(60_000)]).toEqual([0, 0])
})

it('lets no services, in any order and however many, cost more than the whole: a minute with what they add', async () => {
  const services = fc.record({
    most: fc.integer({ min: 1, max: 90_000 }),
    own: fc.integer({ min: 1, max: 90_000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(services, { minLength: 1, maxLength: 12 }), async (asked) => {
      const { now, wait } = createClock()
      const patience = createPatience(undefined, now)
      for (const { most, own } of asked) {
        const part = patience.part(own)
        const left = part.left(most)
        expect(left).toBeLessThanOrEqual(Math.min(most, own))
        if (left > 0) await part.pay(() => wait(left, true), Boolean)
      }
      expect(now()).toBeLessThanOrEqual(jobPatience)
    }),
    { numRuns: 200 },
  )
  expect(jobPatience).toBeLessThan(60_000)
})

describe('of another process', () => {
  it.each([
    ['12000', 12_000],
    ['0', 0],
    ['', jobPatience],
    ['99999', jobPatience],
    ['1e9', jobPatience],
    ['-5', jobPatience],
    ['{}', jobPatience],
  ])('%j is %i ms', (text, ms) => {
    expect(parsePatience(text).left(1e9)).toBe(ms)
  })
})
