import { type Asked, statusFailure } from './failures.ts'
import { Transient, parseRetryAfter } from './retry.ts'
import type { HttpResponse } from './transport.ts'

const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/** Whether a status may be another one in a moment. */
export function isTransientStatus(status: number): boolean {
  return passing.has(status)
}

/** Such a status as an error that is tried again, after the time that the server asks for. */
export function transientStatus(response: HttpResponse, asked: Asked, body: string): Transient {
  const retryAfter = parseRetryAfter(response.headers['retry-after'], Date.now())
  return new Transient(statusFailure(response.status, asked, body), retryAfter)
}
