import { Failure } from './failure.ts'

const hint =
  'write the program and its arguments, or a JSON array; for a shell: sh -c \'exec gunicorn --bind "0.0.0.0:$PORT" app\''

/**
 * A start command in exec form: a JSON array of strings (`["python", "-m", "api"]`), or words quoted as for a POSIX
 * shell. No shell runs it, so text that needs one (a pipe, a variable, a leading assignment) is refused with a Failure.
 */
export function parseCommand(text: string): readonly string[] {
  const command = text.trim().startsWith('[') ? parseJson(text) : splitShellWords(text)
  if (command[0] === undefined || command[0] === '')
    throw new Failure('usage', 'the command is empty', { hint })
  if (command.some((word) => word.includes('\0'))) {
    throw new Failure('usage', 'the command holds a NUL byte', { hint })
  }
  return command
}

function parseJson(text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Failure('usage', `the command starts as a JSON array and is none: ${text}`, { hint, cause })
  }
  if (Array.isArray(value) && value.every((word): word is string => typeof word === 'string')) return value
  throw new Failure('usage', `the command is not a JSON array of strings: ${text}`, { hint })
}

function splitShellWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let i = 0
  while (i < text.length) {
    const c = text[i++] ?? ''
    if (/\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (c === "'" || c === '"') {
      const quoted = readQuoted(text, i, c)
      word = (word ?? '') + quoted.text
      i = quoted.end
    } else if (c === '\\') {
      // An escaped line end joins two lines.
      const next = text[i++] ?? ''
      if (next !== '\n') word = (word ?? '') + next
    } else if (/[|&;<>`$]/.test(c)) {
      throw new Failure('usage', `the command needs a shell for ${JSON.stringify(c)}: ${text}`, { hint })
    } else {
      word = (word ?? '') + c
    }
  }
  if (word !== undefined) words.push(word)
  if (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) {
    throw new Failure('usage', `the command starts with an assignment, not a program: ${text}`, { hint })
  }
  return words
}

function readQuoted(text: string, start: number, quote: string): { text: string; end: number } {
  let content = ''
  for (let i = start; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === quote) return { text: content, end: i + 1 }
    if (quote === '"' && c === '\\' && /["\\$`\n]/.test(text[i + 1] ?? '')) {
      i += 1
      if (text[i] !== '\n') content += text[i] ?? ''
    } else {
      content += c
    }
  }
  throw new Failure('usage', `the command has a ${quote} that is never closed: ${text}`, { hint })
}
