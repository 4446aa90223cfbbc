/** What the process that uploads is told on standard input, and what it answers on standard output, as JSON. */
export interface UploadRequest {
  readonly name: string
  /** Absolute paths, all below `root`. */
  readonly files: readonly string[]
  readonly root: string
}

export type UploadAnswer =
  { readonly kind: 'uploaded'; readonly id: number } | { readonly kind: 'failed'; readonly reason: string }

/** The program reads what the client of the same bundle wrote. */
export function parseUploadRequest(text: string): UploadRequest {
  return JSON.parse(text) as UploadRequest
}

/** Undefined when the program died before it answered. */
export function parseUploadAnswer(text: string): UploadAnswer | undefined {
  try {
    return JSON.parse(text) as UploadAnswer
  } catch {
    return undefined
  }
}
