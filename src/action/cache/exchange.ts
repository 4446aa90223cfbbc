/** What the two processes of a cache client say to each other, as JSON on standard input and output. */

/**
 * Name of the one file in every entry. The toolkit makes it part of an entry's version: never change it. Of one letter,
 * so that two patterns match every other name.
 */
export const entryName = 'p'

export interface Request {
  readonly kind: 'restore' | 'save'
  readonly key: string
  readonly prefixes: readonly string[]
}

export interface TimedRequest extends Request {
  /** Milliseconds after which the answer is that there is none. */
  readonly limitMs: number
}

export type Answer =
  | { readonly kind: 'hit'; readonly key: string }
  | { readonly kind: 'miss' | 'saved' | 'exists' }
  | { readonly kind: 'failed'; readonly reason: string; readonly severity?: 'notice' | 'warning' }

export function formatRequest(request: TimedRequest): string {
  return JSON.stringify(request)
}

/** The program reads what the client of the same bundle wrote. */
export function parseRequest(text: string): TimedRequest {
  return JSON.parse(text) as TimedRequest
}

/** The answer is the only thing that the program writes; undefined when it died before. */
export function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}
