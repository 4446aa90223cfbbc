import { capped, visible } from '../../report/escape.ts'

/**
 * Why GitHub did not do what it was asked. `forbidden`: the token lacks a permission; `locked`: the conversation is;
 * `limited`: too many requests; `invalid`: GitHub refuses the request's content; `broken`: an answer of the server that
 * is an error of its own, or no JSON; `unreachable`: no answer came in time, or the connection broke.
 */
export type GitHubErrorKind =
  | 'unauthorized'
  | 'forbidden'
  | 'locked'
  | 'limited'
  | 'not-found'
  | 'gone'
  | 'invalid'
  | 'broken'
  | 'unreachable'

/** A request that failed. The message is safe to show, and does not hold the token. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  readonly kind: GitHubErrorKind
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined
  /** Whether the same request may work in a moment. */
  readonly transient: boolean
  /** Milliseconds that GitHub asks to wait. */
  readonly retryAfter: number | undefined

  constructor(
    kind: GitHubErrorKind,
    message: string,
    options: {
      readonly status?: number
      readonly transient?: boolean
      readonly retryAfter?: number | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.kind = kind
    this.status = options.status
    this.transient = options.transient ?? false
    this.retryAfter = options.retryAfter
  }
}

/** An answer that is no success; `what` names the request, as `POST /repos/acme/api/issues/1/comments`. */
export function errorOf(
  what: string,
  status: number,
  headers: { get(name: string): string | null },
  body: string,
  now: number,
): GitHubError {
  const said = messageIn(body)
  const retryAfter = parseRetryAfter(headers.get('retry-after'), now)
  const kind = kindOf(status, said, retryAfter !== undefined || headers.get('x-ratelimit-remaining') === '0')
  const words = said === undefined ? '' : `: ${capped(visible(said), 200)}`
  return new GitHubError(kind, `GitHub answered ${what} with ${status}${words}`, {
    status,
    // A limit without a time is an hour or more away.
    transient: status >= 500 || (kind === 'limited' && retryAfter !== undefined),
    retryAfter,
  })
}

function kindOf(status: number, said = '', limited: boolean): GitHubErrorKind {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      if (limited || /rate limit|abuse/i.test(said)) return 'limited'
      return /\blocked\b/i.test(said) ? 'locked' : 'forbidden'
    case 404:
      return 'not-found'
    case 410:
      return 'gone'
    case 429:
      return 'limited'
    default:
      return status < 500 ? 'invalid' : 'broken'
  }
}

/** What GitHub says of an error; undefined where the answer is not GitHub's own. */
function messageIn(body: string): string | undefined {
  try {
    const { message } = Object(JSON.parse(body)) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

/** `Retry-After` in milliseconds from `now`: seconds or an HTTP date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
