import type { FileCache } from '../file-cache.ts'
import type { ImageIdentity, Ports } from '../ports.ts'
import { createBaselines } from './baseline/baselines.ts'
import { type CacheClientOptions, createCacheClient } from './cache/client.ts'
import { programBeside } from './cache/program.ts'
import type { GitHubAccess } from './github/from-env.ts'
import { hasLabel, labelsOf } from './labels.ts'
import { type Occasion, readOccasion } from './occasion.ts'
import type { Settings } from './settings.ts'
import type { Told } from './told.ts'

/** GitHub around a run. */
export interface Service {
  /** Files kept from run to run; undefined where none are to be. */
  readonly cache: FileCache | undefined
  readonly ports: Ports
  /** Keeps what later runs are compared with. */
  readonly keep: (told: Told & { readonly identity: ImageIdentity }) => Promise<void>
}

/** What a run meets GitHub through, as the settings want it and as far as it is there. */
export async function meetService(
  settings: Settings,
  { env, patience, ...options }: Pick<CacheClientOptions, 'env' | 'run' | 'signal' | 'patience'>,
): Promise<Service> {
  const program = programBeside(process.argv[1] ?? '', 'cache')
  const cache = settings.cache ? createCacheClient({ ...options, env, patience, program }) : undefined
  const occasion = await readOccasion(env)
  if (occasion === undefined) return { cache, ports: {}, keep: () => Promise.resolve() }
  const access = { env, token: settings.token, patience }
  const acceptedBy = (): Promise<string | undefined> => acceptingLabel(occasion, settings, access)
  const wanted = settings.baseline === 'auto' || settings.baseline === 'build'
  if (!wanted) return { cache, ports: { acceptedBy }, keep: () => Promise.resolve() }
  const baselines = createBaselines({ occasion, settings, cache, env, patience })
  return {
    cache,
    ports: { acceptedBy, findBaseline: (identity, graph) => baselines.find(identity, graph) },
    keep: ({ identity, reports }) => baselines.keep(identity, reports),
  }
}

/** The label that accepts an increase, where the pull request has it: now, or when the event was, if no one says. */
async function acceptingLabel(
  { event, repository }: Occasion,
  { acceptLabel }: Settings,
  access: GitHubAccess,
): Promise<string | undefined> {
  if (acceptLabel === undefined || event.kind !== 'pull_request') return undefined
  const now = await labelsOf({ repository, number: event.number }, access)
  return hasLabel(now ?? event.labels, acceptLabel) ? acceptLabel : undefined
}
