import type { Command } from 'commander'
import { Failure } from '../../failure.ts'
import { standardOutputProblems } from '../../given.ts'
import { parsePlatform } from '../../image/platform.ts'
import type { ReportPaths, SbomPath } from '../../inputs.ts'
import { flagOf } from './reading.ts'

/** What `--sbom` does. */
export const sbomHelp = 'write a bill of materials, as CycloneDX JSON; - is standard output'

/** The options of a command that reads images and tells of them. */
export function defineReports(command: Command, { sbom = false } = {}): Command {
  const reports = command
    .optionsGroup('Reports:')
    .option('--json <file>', 'write the measurement; - is standard output')
    .option('--markdown <file>', 'write the report as markdown; - is standard output')
    .option('--html <file>', 'write the report as a page with a map of the image; - is standard output')
  if (sbom) reports.option('--sbom <file>', sbomHelp)
  return reports
    .optionsGroup('Other:')
    .option('-q, --quiet', 'no progress and no report, only warnings and errors')
}

/** Reads values, and keeps what is wrong with them. */
export class Values {
  readonly problems: string[] = []
  readonly #options: Readonly<Record<string, unknown>>

  constructor(options: Readonly<Record<string, unknown>>) {
    this.#options = options
  }

  option<T>(key: string, parse: (text: string) => T): T | undefined {
    const text = this.#options[key]
    return typeof text === 'string' ? this.read(flagOf(key), text, parse) : undefined
  }

  operand<T>(name: string, text: string | undefined, parse: (text: string) => T): T | undefined {
    if (text !== undefined && text !== '') return this.read(name, text, parse)
    this.problems.push(`${name} is missing`)
    return undefined
  }

  read<T>(name: string, text: string, parse: (text: string) => T): T | undefined {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.problems.push(`${name}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`)
      return undefined
    }
  }

  /** What {@link defineReports} and `--platform` ask for. */
  reports(): ReportPaths &
    SbomPath & {
      readonly platform: ReturnType<typeof parsePlatform> | undefined
      readonly quiet: boolean
    } {
    const path = (key: string): string | undefined => this.option(key, (text) => text)
    const paths = { json: path('json'), markdown: path('markdown'), html: path('html'), sbom: path('sbom') }
    this.problems.push(...standardOutputProblems(paths, flagOf))
    return {
      ...paths,
      platform: this.option('platform', parsePlatform),
      quiet: this.#options['quiet'] === true,
    }
  }
}
