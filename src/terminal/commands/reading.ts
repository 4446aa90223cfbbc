/** What commander read of one command. */
export interface Reading {
  /** What stands beside the options, in order. */
  readonly operands: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  /** Absolute path that relative ones are relative to. */
  readonly cwd: string
}

/** Gathers the values of a repeatable option. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

/** `maxSize` as `--max-size`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
