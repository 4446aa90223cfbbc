import type { Answer } from './exchange.ts'

// The toolkit answers a failure as it answers a miss, and tells the difference to the log alone.
const told = /^(?:::(?:warning|error)[^:]*::)?(?:Failed to (?:restore|save): )?(.*)$/
const refused = /cache (?:read|write) denied|cache-mode/

/** Milliseconds within which the service has to say whether it has, or takes, an entry. */
export const answerWithin = 10_000

/**
 * Reads what the toolkit logs, line by line: why a call failed, when it is not worth waiting for, and when the
 * service has answered. Lines may hold keys of strangers.
 */
export class ToolkitLog {
  readonly #lines: string[] = []
  #rest = ''
  readonly #onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (this.#lines.length < 1000) this.#lines.push(line)
      this.#onLine(line)
    }
  }

  /** Why a restore gave nothing. */
  missOrFailure(): Answer {
    const reason = this.#failure()
    return reason === undefined ? { kind: 'miss' } : reason
  }

  /** Why a save gave no entry; `exists` when there is one of this key already. */
  saveFailure(): Answer {
    const reserve = this.#lines.map((line) => /^::debug::Failed to reserve cache: (.*)$/.exec(line)?.[1])
    const why = reserve.find((reason) => reason !== undefined)
    const last = this.#failure()
    const reason = why ?? (last?.kind === 'failed' ? last.reason : undefined)
    if (reason === undefined) return { kind: 'failed', reason: 'the entry was not saved' }
    if (/\(409\)|already[ _]exists|already reserved/i.test(reason)) return { kind: 'exists' }
    return failure(reason)
  }

  /** Whether any line tells of a failure. */
  get failed(): boolean {
    return this.#failure() !== undefined
  }

  #failure(): Extract<Answer, { kind: 'failed' }> | undefined {
    const line = this.#lines.findLast((each) =>
      /^(?:::(?:warning|error)|Failed to |Cache (?:restore|save) skipped)/.test(each),
    )
    return line === undefined ? undefined : failure(told.exec(line)?.[1] ?? line)
  }
}

function failure(text: string): Extract<Answer, { kind: 'failed' }> {
  const reason = text
    .replace(/%0A/g, ' ')
    .replace(/%0D/g, '')
    .replace(/%25/g, '%')
    .replace(/^Error: /, '')
  return { kind: 'failed', reason, severity: refused.test(reason) ? 'notice' : 'warning' }
}

/** The second try that failed, as the toolkit tells it: the first retry waits 3 s, all of them 29 s. */
export function gaveUp(line: string): string | undefined {
  const [, attempt, reason] = /^Attempt (\d+) of \d+ failed with error: (.*)\. Retrying/.exec(line) ?? []
  return Number(attempt) >= 2 ? reason : undefined
}

/** Whether this line is followed by a question to the service, or by what comes after its answer. */
export function turnOf(line: string): 'asks' | 'answered' | undefined {
  if (/^::debug::(?:Resolved Keys|Reserving Cache)/.test(line)) return 'asks'
  if (/^::debug::(?:Archive [Pp]ath|Attempting to upload|Saving Cache)/.test(line)) return 'answered'
  return undefined
}
