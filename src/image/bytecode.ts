import { baseName, join, parentOf } from './layer-files.ts'

/** A compiled file as PEP 3147 names it: `a/__pycache__/b.cpython-313.opt-1.pyc`. */
export interface Bytecode {
  /** The source that it was made of: `a/b.py`. */
  readonly source: string
  /** The Python that reads it: `3.13`; undefined for one that is not CPython. */
  readonly minor: string | undefined
}

/** Undefined for any other path. */
export function parseBytecode(path: string): Bytecode | undefined {
  if (!path.endsWith('.pyc')) return undefined
  const folder = parentOf(path)
  if (baseName(folder) !== '__pycache__') return undefined
  const [, name, kind, digits] =
    /^(.+?)\.(cpython|pypy)-?(\d*)(?!\d)[-\w]*(?:\.opt-\w+)?\.pyc$/s.exec(baseName(path)) ?? []
  if (name === undefined) return undefined
  const minor = kind === 'cpython' && digits !== undefined ? /^(\d)(\d+)$/.exec(digits) : null
  return {
    source: join(parentOf(folder), `${name}.py`),
    minor: minor ? `${minor[1]}.${minor[2]}` : undefined,
  }
}
