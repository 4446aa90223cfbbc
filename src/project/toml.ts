import { parse, stringify, TomlError } from 'smol-toml'
import { Failure } from '../failure.ts'

/** A table as it came out of the file: nothing is known about its values yet. */
export type TomlTable = Readonly<Record<string, unknown>>

/** Parses a TOML file; throws Failure with file, line and column. A byte order mark is allowed. */
export function parseToml(text: string, file: string): TomlTable {
  try {
    return parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new Failure('usage', `${file}: its values are nested too deeply`, { cause })
    }
    if (!(cause instanceof TomlError)) throw cause
    const why = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? ''
    throw new Failure('usage', `${file}:${cause.line}:${cause.column}: not valid TOML: ${why}`, { cause })
  }
}

export function renderToml(table: TomlTable): string {
  return stringify(table)
}

/** Reads one table with errors that name the file and the path of keys. Missing is undefined. */
export class TomlReader {
  readonly file: string
  private readonly values: TomlTable
  private readonly path: string

  constructor(values: TomlTable, file: string, path = '') {
    this.values = values
    this.file = file
    this.path = path
  }

  keys(): readonly string[] {
    return Object.keys(this.values)
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.values, key) ? this.values[key] : undefined
  }

  string(key: string): string | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(key, 'a string')
  }

  requiredString(key: string): string {
    const value = this.string(key)
    if (value === undefined) throw this.wrong(key, 'there, and a string')
    return value
  }

  boolean(key: string): boolean | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.wrong(key, 'true or false')
  }

  number(key: string): number | undefined {
    const value = this.raw(key)
    if (value === undefined || typeof value === 'number') return value
    throw this.wrong(key, 'a number')
  }

  strings(key: string): readonly string[] | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    throw this.wrong(key, 'a list of strings')
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.raw(key)
    if (value === undefined || Array.isArray(value)) return value
    throw this.wrong(key, 'a list')
  }

  table(key: string): TomlReader | undefined {
    const value = this.raw(key)
    if (value === undefined) return undefined
    if (!isTable(value)) throw this.wrong(key, 'a table')
    return this.inside(value, key)
  }

  tables(key: string): readonly TomlReader[] {
    return (this.list(key) ?? []).map((item, i) => {
      if (!isTable(item)) throw this.wrong(`${key}[${i}]`, 'a table')
      return this.inside(item, `${key}[${i}]`)
    })
  }

  /** The table itself, as it was read. */
  plain(): TomlTable {
    return this.values
  }

  /** The error for a value that is not what it must be. */
  wrong(key: string, wanted: string): Failure {
    return new Failure('usage', `${this.file}: ${this.keyPath(key)} must be ${wanted}`)
  }

  private inside(values: TomlTable, key: string): TomlReader {
    return new TomlReader(values, this.file, this.keyPath(key))
  }

  private keyPath(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
