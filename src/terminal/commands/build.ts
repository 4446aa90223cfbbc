import type { Command } from 'commander'
import { defaultOutput, type Given, parseGiven } from '../../given.ts'
import type { Inputs } from '../../inputs.ts'
import { collect, flagOf, type Reading } from './reading.ts'
import { sbomHelp } from './reports.ts'

/** `pydeps-image build`. */
export interface BuildRequest {
  readonly command: 'build'
  readonly inputs: Inputs
  /** No progress on standard error; warnings and errors are still told. */
  readonly quiet: boolean
}

export function defineBuild(command: Command): Command {
  return command
    .summary("build the image of a project from its lock file, and say what's in it")
    .description(
      'Builds the image of a Python project from its lock file (uv.lock, pylock.toml or requirements.txt), ' +
        'without Docker, and reports what is in it.',
    )
    .argument('[dir]', 'folder of the project (default: the current one)')
    .optionsGroup('The image:')
    .option('--mode <mode>', 'ship: dependencies in the image; volume: in a volume beside it (default: ship)')
    .option('--base <image>', "base image (default: python:X.Y-slim for the project's Python)")
    .option('--python <version>', 'Python of the default base, as 3.13')
    .option('--platform <platform>', 'as linux/amd64,linux/arm64 (default: of this machine)', collect)
    .option('--group <name>', 'dependency group to install as well; repeatable', collect)
    .option('--extra <name>', 'extra of the project to install as well; repeatable', collect)
    .option('--command <command>', "start command, as 'uvicorn app:app' or a JSON array")
    .option('--user <user>', 'who the container runs as: a name, UID or UID:GID')
    .option('--compression <kind>', 'of the layers: gzip or zstd (default: gzip)')
    .option('--engine <engine>', 'auto or assemble (default: auto)')
    .optionsGroup('Where it goes:')
    .option(
      '-o, --output <image>',
      'oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME or docker://REGISTRY/NAME:TAG ' +
        `(default: ${defaultOutput}, unless it is pushed)`,
    )
    .option('-t, --tag <name>', 'name of the image, kept in archives and pushed to; repeatable', collect)
    .option('--push', 'push it to the registry of every --tag')
    .optionsGroup('Budgets:')
    .option('--fail-on <rule>', "as 'download grows by > 5% and > 2 MB'; repeatable", collect)
    .option('--warn-on <rule>', 'the same, and only warns; repeatable', collect)
    .option('--max-size <size>', 'fail when download is above, as 250MB')
    .option('--max-increase <growth>', 'fail when download grows by more, as 5% or 10MB')
    .option('--max-build-time <time>', 'fail when the build takes longer, as 4min')
    .option('--against <image>', 'what to compare with: an image, or the path of a measurement')
    .optionsGroup('Reports:')
    .option('--name <name>', "name of the image in reports (default: the project's)")
    .option('--json <file>', 'write the measurement; - is standard output')
    .option('--markdown <file>', 'write the report as markdown; - is standard output')
    .option('--html <file>', 'write the report as a page with a map of the image; - is standard output')
    .option('--sbom <file>', sbomHelp)
    .optionsGroup('Other:')
    .option('-q, --quiet', 'no progress and no report, only warnings and errors')
    .addHelpText(
      'after',
      `
Figures of a budget: download, disk, filesystem, environment, update download,
build time, start time. Join conditions with "and" and "or".

Examples:
  pydeps-image build
  pydeps-image build --output docker-daemon:api:dev
  pydeps-image build api --platform linux/amd64,linux/arm64 \\
      --tag registry.example/team/api:1.4 --push
  pydeps-image build --against main.json --fail-on 'download grows by > 5%'

Exit status: 0 built; 1 a budget failed; 2 wrong usage; 3 the build failed.`,
    )
}

export function readBuild({ operands, options, cwd }: Reading): {
  readonly request?: BuildRequest
  readonly problems: readonly string[]
} {
  const { quiet, ...given } = options as Omit<Given, 'context'> & { readonly quiet?: boolean }
  const parsed = parseGiven({ ...given, context: operands[0] }, { cwd, spell: flagOf })
  if (!('inputs' in parsed)) return parsed
  return { request: { command: 'build', inputs: parsed.inputs, quiet: quiet ?? false }, problems: [] }
}
