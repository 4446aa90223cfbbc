import { type AST, parseTOML } from 'toml-eslint-parser'
import { packageName, type PackageName } from './name.ts'
import { logicalLines } from './requirements-lines.ts'

/** Line, from 1, on which a pyproject.toml requires a distribution; undefined where it does not, or is no TOML. */
export function lineInPyproject(text: string, name: PackageName): number | undefined {
  let program: AST.TOMLProgram
  try {
    program = parseTOML(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
  for (const node of program.body[0].body) {
    const [path, pairs] = node.type === 'TOMLKeyValue' ? [[], [node]] : [node.resolvedKey, node.body]
    for (const { key, value } of pairs) {
      const keys = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value))
      const line = lineOf(value, [...path, ...keys].join('.'), name)
      if (line !== undefined) return line
    }
  }
  return undefined
}

const lists = /^(?:project\.(?:dependencies|optional-dependencies\..+)|dependency-groups\..+)$/
const poetry = /^tool\.poetry\.(?:group\..+\.)?dependencies\.([^.]+)$/

function lineOf(value: AST.TOMLContentNode, path: string, name: PackageName): number | undefined {
  const named = poetry.exec(path)?.[1]
  if (named !== undefined && packageName(named) === name) return value.loc.start.line
  if (value.type !== 'TOMLArray' || !lists.test(path)) return undefined
  return value.elements.find(
    (element) => element.type === 'TOMLValue' && element.kind === 'string' && requires(element.value, name),
  )?.loc.start.line
}

/** The same of a requirements file. */
export function lineInRequirements(text: string, name: PackageName): number | undefined {
  const found = logicalLines(text, '', {}).find((line) => requires(line.text, name))
  return found && Number(found.place.slice(1))
}

/** Line on which the entry of a distribution in a uv.lock or a pylock.toml begins. */
export function lineInLock(text: string, name: PackageName): number | undefined {
  const lines = text.split(/\r\n|\r|\n/)
  for (const [i, line] of lines.entries()) {
    const named = /^name\s*=\s*["']([^"']+)["']\s*$/.exec(line)?.[1]
    if (named === undefined || packageName(named) !== name) continue
    const start = lines.slice(0, i).findLastIndex((before) => /^\s*\[/.test(before))
    if (/^\s*\[\[packages?\]\]/.test(lines[start] ?? '')) return start + 1
  }
  return undefined
}

/** Whether a requirement (PEP 508) is of this distribution. */
function requires(text: string, name: PackageName): boolean {
  const written = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/.exec(text)?.[1]
  return written !== undefined && packageName(written) === name
}
