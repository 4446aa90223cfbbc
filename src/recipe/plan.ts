import type { ContainerConfig } from '../image/config.ts'
import type { BaseFacts } from '../image/interpreter.ts'
import type { Project } from '../project/project.ts'
import type { Recipe } from './recipe.ts'
import { chooseUser } from './user.ts'
import { startEntrypoint } from './volume/places.ts'

export interface PlanInput {
  readonly mode: 'ship' | 'volume'
  readonly project: Project
  readonly base: { readonly config: ContainerConfig; readonly facts: BaseFacts }
  readonly command: readonly string[] | undefined
  readonly user: string | undefined
}

/** Where things lie in an image. */
export const places = {
  environment: '/opt/venv',
  app: '/app',
  volume: '/venv',
  /** The project's own packages in mode `volume`, where the environment is not in the image. */
  appEnvironment: '/opt/app',
} as const

/** The recipe of a project's image; a plain value, and notes for the user on what was decided. */
export function planRecipe(input: PlanInput): { recipe: Recipe; notes: readonly string[] } {
  const { mode, base } = input
  const volume = mode === 'volume' ? places.volume : undefined
  const environment = volume === undefined ? places.environment : `${volume}/current`
  const user = chooseUser(input.user, base.config.user, base.facts.passwd, base.facts.group)
  const { command, note } = startCommand(input)
  const ahead = [`${environment}/bin`, ...(volume === undefined ? [] : [`${places.appEnvironment}/bin`])]
  const path =
    valueOf(base.config.env, 'PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  return {
    recipe: {
      mode,
      environment,
      volume,
      app: places.app,
      user,
      env: withValues(base.config.env, { PATH: [...ahead, path].join(':'), VIRTUAL_ENV: environment }),
      entrypoint: [
        ...(volume === undefined ? [] : startEntrypoint(base.facts.interpreter.path)),
        ...base.config.entrypoint,
      ],
      command,
      labels: base.config.labels,
    },
    notes: note === undefined ? [] : [note],
  }
}

/** The command that was asked for, the project's one script (or the one that has its name), the base's. */
function startCommand({ command, project, base }: PlanInput): { command: readonly string[]; note?: string } {
  if (command) return { command }
  const { scripts } = project
  const named =
    scripts.find((script) => script === project.name) ?? (scripts.length === 1 ? scripts[0] : undefined)
  if (named !== undefined) return { command: [named] }
  const kept = { command: base.config.cmd }
  if (scripts.length > 1) {
    return {
      ...kept,
      note: `the project has ${scripts.length} scripts (${scripts.join(', ')}) and none has its name: the base's command is kept; name one as the command`,
    }
  }
  return {
    ...kept,
    note: "no start command was given and the project has no script: the base's command is kept; give one as the command",
  }
}

function valueOf(env: readonly string[], name: string): string | undefined {
  return env.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1)
}

function withValues(env: readonly string[], values: Readonly<Record<string, string>>): string[] {
  const kept = env.filter((line) => !Object.hasOwn(values, line.split('=', 1)[0] ?? ''))
  return [...kept, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)]
}
