/** Told of what is going on, while it goes on. Text may hold names from images and lock files: who shows it escapes. */
export interface Progress {
  /** Starts a step; `name` says what is done, as in `installing 42 packages`. Steps may overlap. */
  step(name: string): Step
  /** Something worth knowing that is no step. */
  note(text: string): void
  warn(text: string): void
}

export interface Step {
  /** What the step is at now: `12 of 40 MB`. */
  update(text: string): void
  /** Ends it well; `detail` says what came of it. Only the first end counts. */
  done(detail?: string): void
  failed(): void
}

/** Says nothing. */
export const silent: Progress = {
  step: () => ({ update: () => undefined, done: () => undefined, failed: () => undefined }),
  note: () => undefined,
  warn: () => undefined,
}

/** Passes everything on, each warning once, and keeps the warnings in `kept` for the report. */
export function collecting(progress: Progress, kept: string[]): Progress {
  return {
    step: (name) => progress.step(name),
    note: (text) => progress.note(text),
    warn: (text) => {
      if (kept.includes(text)) return
      kept.push(text)
      progress.warn(text)
    },
  }
}
