// The runner compares as its culture does, and so may pass over what has no width and no weight.
const unseen = String.raw`\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}`
const blank = String.raw`[[\s${unseen}]--[\n\r\u2028\u2029]]`
const between = String.raw`[[${unseen}]--[\n\r]]`
const command = new RegExp(`^${blank}*:(?=${between}*:)`, 'gmv')
const oldCommand = new RegExp(String.raw`#(?=${between}*#${between}*\[)`, 'gv')

/**
 * Text that the runner takes no command from, with the same line ends. A runner reads `::command::` at the start of a
 * line, after any white space, and the old `##[command]` anywhere in one.
 */
export function inert(text: string): string {
  return text.replace(command, '$& ').replace(oldCommand, '# ')
}

/** A stream that lets only inert lines through. What is written at once must be whole lines. */
export function inertLines(stream: { write(text: string): unknown }): { write(text: string): unknown } {
  return { write: (text) => stream.write(inert(text)) }
}
