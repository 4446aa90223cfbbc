import { Command, CommanderError, Option } from 'commander'
import { Failure } from '../failure.ts'
import { nearestWord } from '../spelling.ts'
import { type AnalyzeRequest, defineAnalyze, readAnalyze } from './commands/analyze.ts'
import { type BuildRequest, defineBuild, readBuild } from './commands/build.ts'
import { type CompareRequest, defineCompare, readCompare } from './commands/compare.ts'
import type { Reading } from './commands/reading.ts'

/** What the command line asks for. */
export type Request = BuildRequest | AnalyzeRequest | CompareRequest | TextRequest

/** Text to print, and nothing else to do: help or the version. Status 2: help was not asked for, but is needed. */
export interface TextRequest {
  readonly command: 'text'
  readonly text: string
  readonly status: 0 | 2
}

interface Definition {
  readonly name: string
  readonly define: (command: Command) => Command
  readonly read: (reading: Reading) => { readonly request?: Request; readonly problems: readonly string[] }
}

const definitions: readonly Definition[] = [
  { name: 'build', define: defineBuild, read: readBuild },
  { name: 'analyze', define: defineAnalyze, read: readAnalyze },
  { name: 'compare', define: defineCompare, read: readCompare },
]

/**
 * Reads the arguments after the program's name. `cwd` is absolute. Throws Failure (usage) that names every problem.
 */
export function parseArguments(
  args: readonly string[],
  {
    cwd,
    version,
    columns = 80,
  }: { readonly cwd: string; readonly version: string; readonly columns?: number },
): Request {
  let text = ''
  let request: Request | undefined
  const program = new Command('pydeps-image')
    .description("Builds a Python project's container image with its dependencies placed on purpose.")
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (part) => (text += part),
      writeErr: (part) => (text += part),
      outputError: () => undefined,
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({
      optionTerm: ({ flags }) => flags.replace(/<(.+)>/, (_, name: string) => name.toUpperCase()),
      argumentTerm: (argument) => argument.name().toUpperCase(),
      subcommandTerm: (command) => command.name(),
      commandUsage: (command) =>
        command.parent === null
          ? `${command.name()} COMMAND [options]`
          : `${command.parent.name()} ${command.name()} [options] ${command.registeredArguments
              .map((argument) => `[${argument.name().toUpperCase()}]`)
              .join(' ')}`.trimEnd(),
    })
  for (const definition of definitions) {
    const command = definition
      .define(program.command(definition.name))
      .addHelpOption(new Option('-h, --help', 'print this help').helpGroup('Other:'))
      .allowUnknownOption()
      .allowExcessArguments()
    command.action(() => {
      const operands = command.args.slice(0, command.registeredArguments.length)
      const options = Object.fromEntries(Object.entries(command.opts()).filter(([, value]) => value !== ''))
      const read = definition.read({ operands, options, cwd })
      const problems = [...strangeArguments(command), ...read.problems]
      if (problems.length > 0) throw usageFailure(problems, definition.name)
      request = read.request
    })
  }
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { command: 'text', text, status: 0 }
    if (error.code === 'commander.help') return { command: 'text', text, status: 2 }
    throw new Failure('usage', describe(error), {
      hint: 'pydeps-image --help says what there is',
      cause: error,
    })
  }
  if (request === undefined) throw new Error('no command was read')
  return request
}

/** Unknown options, options without their value, and arguments beyond the ones there are. */
function strangeArguments(command: Command): readonly string[] {
  const flags = command.options
    .flatMap((option) => [option.long, option.short])
    .filter((flag) => flag != null)
  const problems: string[] = []
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName())
    for (const one of [value].flat()) {
      if (one === '') problems.push(`${option.long ?? option.flags}: the value is empty`)
      else if (typeof one === 'string' && flags.includes(one)) {
        problems.push(`${option.long ?? option.flags} needs a value, and ${one} follows it`)
      }
    }
  }
  const unknown = command.args.filter((arg) => /^-./.test(arg))
  for (const arg of unknown) {
    const flag = arg.replace(/=.*$/s, '')
    const meant = nearestWord(flag, [...flags, '--help', '--version'])
    const advice = meant === undefined ? '' : `: did you mean ${meant}?`
    problems.push(`${JSON.stringify(flag)} is not an option${advice}`)
  }
  // What follows an unknown option may be its value.
  if (unknown.length === 0) {
    for (const arg of command.args.slice(command.registeredArguments.length)) {
      problems.push(`${JSON.stringify(arg)} is one argument too many`)
    }
  }
  return problems
}

function usageFailure(problems: readonly string[], command: string): Failure {
  const [first = ''] = problems
  const message =
    problems.length === 1
      ? first
      : `${problems.length} problems on the command line:\n${problems.map((each) => `- ${each.replace(/\n/g, '\n  ')}`).join('\n')}`
  return new Failure('usage', message, { hint: `pydeps-image ${command} --help says what there is` })
}

/** Commander's own message without its prefix, and with its suggestion on the same line. */
function describe({ code, message }: CommanderError): string {
  const option = /(--[\w-]+) <(.+)>' argument missing/.exec(message)
  if (code === 'commander.optionMissingArgument' && option) {
    return `${option[1] ?? ''} needs a value: ${option[1] ?? ''} ${(option[2] ?? '').toUpperCase()}`
  }
  return message
    .replace(/^error: /, '')
    .replace(/'/g, '"')
    .replace(/\n?\(Did you mean (.*)\?\)$/, (_, meant: string) => `: did you mean ${meant}?`)
}
