/** What can be shown where text is written to, by the conventions of terminals. */
export interface Screen {
  /** A line can be written over. */
  readonly live: boolean
  readonly colour: boolean
  readonly columns: number
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * NO_COLOR (no-color.org) and FORCE_COLOR decide over colour when they are set and not empty; a terminal that calls
 * itself dumb has neither colour nor lines that can be written over, nor has a CI's log.
 */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Environment,
): Screen {
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb'
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== ''
  const forced = isSet('FORCE_COLOR') && env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false'
  const refused = isSet('NO_COLOR') || (isSet('FORCE_COLOR') && !forced)
  return {
    live: terminal && !(isSet('CI') && env['CI'] !== 'false'),
    colour: !refused && (terminal || forced),
    // A terminal that does not know its size says 0.
    columns: Math.max(20, stream.columns || 80),
  }
}
