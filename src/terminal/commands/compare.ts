import type { Command } from 'commander'
import type { CompareInputs } from '../../inputs.ts'
import type { Reading } from './reading.ts'
import { defineReports, Values } from './reports.ts'

/** `pydeps-image compare`. */
export interface CompareRequest {
  readonly command: 'compare'
  readonly inputs: CompareInputs
  /** No progress on standard error; warnings and errors are still told. */
  readonly quiet: boolean
}

export function defineCompare(command: Command): Command {
  return defineReports(
    command
      .summary('say what changed from one image to another')
      .description(
        'Says what changed from BASE to HEAD: sizes, packages with their versions, layers, and what a host that ' +
          'has BASE must fetch. Each is an image, or a file that --json wrote.',
      )
      .argument('[base]', 'what it was')
      .argument('[head]', 'what it is now')
      .optionsGroup('The images:')
      .option('--platform <platform>', 'as linux/arm64 (default: of this machine, or the only one)'),
  ).addHelpText(
    'after',
    `
Examples:
  pydeps-image compare main.json oci:image
  pydeps-image compare docker://registry.example/api:1.3 docker-daemon:api:dev

Exit status: 0 compared; 2 wrong usage; 3 an image cannot be read.`,
  )
}

export function readCompare({ operands, options }: Reading): {
  readonly request?: CompareRequest
  readonly problems: readonly string[]
} {
  const values = new Values(options)
  const before = values.operand('BASE', operands[0], (text) => text)
  const after = values.operand('HEAD', operands[1], (text) => text)
  const { quiet, ...reports } = values.reports()
  if (before === undefined || after === undefined || values.problems.length > 0)
    return { problems: values.problems }
  return { request: { command: 'compare', inputs: { before, after, ...reports }, quiet }, problems: [] }
}
