import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../../src/failure.ts'
import { Transient, parseRetryAfter, retrying } from '../../../src/host/registry/retry.ts'

const quick = { attempts: 3, firstWait: 1, longestWait: 2, patience: 1000 }

describe('parseRetryAfter', () => {
  it('reads seconds and dates', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(parseRetryAfter('12', now)).toBe(12_000)
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now)).toBe(5000)
    expect(parseRetryAfter('Thu, 01 Jan 2025 00:00:05 GMT', now)).toBe(0)
    expect(parseRetryAfter('soon', now)).toBeUndefined()
    expect(parseRetryAfter(undefined, now)).toBeUndefined()
  })
})

describe('retrying', () => {
  const passing = (retryAfter?: number): Transient => new Transient(new Failure('build', 'busy'), retryAfter)

  it('tries again what may pass, and gives up after so many attempts with the failure behind it', async () => {
    let attempts = 0
    const attempt = (): Promise<never> => {
      attempts += 1
      return Promise.reject(passing())
    }
    await expect(retrying(quick, undefined, attempt)).rejects.toThrow(new Failure('build', 'busy'))
    expect(attempts).toBe(3)
  })

  it('does not try again what will not pass', async () => {
    let attempts = 0
    const attempt = (): Promise<never> => {
      attempts += 1
      return Promise.reject(new Error('no'))
    }
    await expect(retrying(quick, undefined, attempt)).rejects.toThrow('no')
    expect(attempts).toBe(1)
  })

  it('does not wait longer than its patience', async () => {
    let attempts = 0
    const attempt = (): Promise<never> => {
      attempts += 1
      return Promise.reject(passing(3_600_000))
    }
    await expect(retrying(quick, undefined, attempt)).rejects.toThrow('busy')
    expect(attempts).toBe(1)
  })

  it('stops waiting when it is told to', async () => {
    const controller = new AbortController()
    const waiting = retrying({ ...quick, patience: 1e9 }, controller.signal, () =>
      Promise.reject(passing(1e6)),
    )
    controller.abort()
    await expect(waiting).rejects.toThrow('aborted')
  })
})
