import type { Given } from '../given.ts'
import type { GivenSettings } from './settings.ts'

type ReportKey = 'json' | 'markdown' | 'html' | 'sbom'

/** What of a run the action's inputs say; the rest only the command line has. */
export type RunKey = Exclude<keyof Given, ReportKey | 'against'>

export type ActionKey = RunKey | keyof GivenSettings

/**
 * One input of the action. `list`: several values, split at commas or line ends; `lines`: one text whose lines are
 * rules; `boolean`: true or false.
 */
export interface InputRow {
  readonly name: string
  readonly kind: 'text' | 'list' | 'lines' | 'boolean'
  /** Markdown, on one line. */
  readonly description: string
  /** What holds when it is not given, in words for people. */
  readonly otherwise?: string
  /** What the runner hands over when it is not given. */
  readonly value?: string
}

/** Every input, in the order people read them. action.yml and the README's table are generated from this. */
export const inputTable: Readonly<Record<ActionKey, InputRow>> = {
  context: {
    name: 'context',
    kind: 'text',
    description: 'Folder of the project, which holds its lock file.',
    otherwise: '`.`',
  },
  mode: {
    name: 'mode',
    kind: 'text',
    description: '`ship`: the dependencies are in the image; `volume`: they are in a volume beside it.',
    otherwise: '`ship`',
  },
  engine: {
    name: 'engine',
    kind: 'text',
    description: 'What builds the image: `auto` or `assemble`.',
    otherwise: '`auto`',
  },
  python: {
    name: 'python-version',
    kind: 'text',
    description: 'Python of the default base image, as `3.13`. Quote it: YAML reads 3.10 as 3.1.',
    otherwise: 'the newest that project and lock allow',
  },
  base: {
    name: 'base-image',
    kind: 'text',
    description: 'Base image, as `python:3.13-slim` or `oci:DIR`.',
    otherwise: "`python:X.Y-slim` for the project's Python",
  },
  group: {
    name: 'groups',
    kind: 'list',
    description: 'Dependency groups to install as well.',
  },
  extra: {
    name: 'extras',
    kind: 'list',
    description: 'Extras of the project to install as well.',
  },
  command: {
    name: 'command',
    kind: 'text',
    description: 'Start command, as `uvicorn app:app` or a JSON array. No shell runs it.',
    otherwise: "the project's script of its own name, its only one, or the base's command",
  },
  user: {
    name: 'user',
    kind: 'text',
    description: 'Who the container runs as: a name, `UID` or `UID:GID`.',
    otherwise: 'a user of its own, not root',
  },
  compression: {
    name: 'compression',
    kind: 'text',
    description: 'Compression of the layers: `gzip` or `zstd`.',
    otherwise: '`gzip`',
  },
  name: {
    name: 'name',
    kind: 'text',
    description: 'Name of the image in reports.',
    otherwise: "the project's name",
  },
  tag: {
    name: 'tags',
    kind: 'list',
    description: 'Names of the image, as `registry.example/team/api:1.4`: kept in archives, and pushed to.',
  },
  output: {
    name: 'output',
    kind: 'text',
    description:
      'Where the image goes: `oci:DIR[:TAG]`, `oci-archive:FILE`, `docker-archive:FILE`, `docker-daemon:NAME` or `docker://REGISTRY/NAME:TAG`.',
    otherwise: '`oci:image`, unless it is pushed',
  },
  push: {
    name: 'push',
    kind: 'boolean',
    description: 'Push the image to the registry of every one of `tags`, with the logins that docker has.',
    otherwise: '`false`',
  },
  platform: {
    name: 'platforms',
    kind: 'list',
    description: 'Platforms, as `linux/amd64,linux/arm64`.',
    otherwise: "the runner's own",
  },
  failOn: {
    name: 'fail-on',
    kind: 'lines',
    description: 'Budgets that fail the job, one a line, as `download grows by > 5% and > 2 MB`.',
  },
  warnOn: {
    name: 'warn-on',
    kind: 'lines',
    description: 'Budgets that only warn, in the same words.',
  },
  maxSize: {
    name: 'max-size',
    kind: 'text',
    description: 'Fail when the download is larger, as `250 MB`.',
  },
  maxIncrease: {
    name: 'max-increase',
    kind: 'text',
    description: 'Fail when the download grows by more, as `5%` or `10 MB`. Needs a baseline.',
  },
  maxBuildTime: {
    name: 'max-build-time',
    kind: 'text',
    description: 'Fail when the build takes longer, as `4 min`.',
  },
  baseline: {
    name: 'baseline',
    kind: 'text',
    description:
      'What to compare with: `auto` is the measurement of the base commit or its nearest ancestor, `build` builds the base commit when there is none, `none` compares with nothing; or an image, or the path of a measurement.',
    otherwise: '`auto`',
  },
  acceptLabel: {
    name: 'accept-label',
    kind: 'text',
    description:
      'Label on a pull request that accepts an increase over budget; limits of the whole size hold, and the report says so.',
  },
  comment: {
    name: 'comment',
    kind: 'text',
    description:
      'Comment on the pull request: `auto`, `always` (also on a first run that has nothing to compare with), `merged` (one comment for all images) or `never`.',
    otherwise: '`auto`',
  },
  token: {
    name: 'token',
    kind: 'text',
    description: 'Token that reads pull requests and comments on them, with `pull-requests: write`.',
    otherwise: "the job's own",
    value: '${{ github.token }}',
  },
  cache: {
    name: 'cache',
    kind: 'boolean',
    description:
      'Keep compressed distributions, layers and measurements from run to run in the Actions cache.',
    otherwise: '`true`',
  },
  uploadReport: {
    name: 'upload-report',
    kind: 'boolean',
    description:
      'Upload the whole report (HTML, JSON, markdown, bill of materials) as an artifact of the run.',
    otherwise: '`false`',
  },
}

/** An input's name in a workflow file. */
export function inputName(key: keyof Given): string {
  if (key === 'json' || key === 'markdown' || key === 'html' || key === 'sbom') return key
  return inputTable[key === 'against' ? 'baseline' : key].name
}
