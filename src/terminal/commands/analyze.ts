import type { Command } from 'commander'
import { parseImageReference } from '../../image/reference.ts'
import type { AnalyzeInputs } from '../../inputs.ts'
import type { Reading } from './reading.ts'
import { defineReports, Values } from './reports.ts'

/** `pydeps-image analyze`. */
export interface AnalyzeRequest {
  readonly command: 'analyze'
  readonly inputs: AnalyzeInputs
  /** No progress on standard error; warnings and errors are still told. */
  readonly quiet: boolean
}

export function defineAnalyze(command: Command): Command {
  return defineReports(
    command
      .summary('say what is in an image: sizes, parts, packages and why they are there')
      .description(
        'Says what is in an image, to the byte: its parts, each Python package and what required it, its layers ' +
          'and what is wasted. Nothing runs, and no Docker is needed.',
      )
      .argument(
        '[image]',
        'oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME or docker://REGISTRY/NAME:TAG',
      )
      .optionsGroup('The image:')
      .option('--platform <platform>', 'as linux/arm64 (default: of this machine, or the only one)')
      .option('--base <image>', 'the image that it stands on, to tell what was added to it')
      .option(
        '--project <dir>',
        'the project that it was made of: tells what was required, and its Dockerfile the base',
      ),
    { sbom: true },
  ).addHelpText(
    'after',
    `
Examples:
  pydeps-image analyze oci:image
  pydeps-image analyze docker-daemon:api:dev --html api.html
  pydeps-image analyze docker://registry.example/team/api:1.4 --json -

Exit status: 0 analyzed; 2 wrong usage; 3 the image cannot be read.`,
  )
}

export function readAnalyze({ operands, options }: Reading): {
  readonly request?: AnalyzeRequest
  readonly problems: readonly string[]
} {
  const values = new Values(options)
  const image = values.operand('IMAGE', operands[0], parseImageReference)
  const base = values.option('base', parseImageReference)
  const project = values.option('project', (text) => text)
  const { quiet, ...reports } = values.reports()
  if (image === undefined || values.problems.length > 0) return { problems: values.problems }
  return {
    request: { command: 'analyze', inputs: { image, base, project, ...reports }, quiet },
    problems: [],
  }
}
