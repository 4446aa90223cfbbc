import { capped, visible } from '../../report/escape.ts'
import { type Patience, usedUp } from '../patience.ts'
import { parseUploadAnswer, type UploadRequest } from './exchange.ts'

export type Uploaded =
  | { readonly kind: 'uploaded'; readonly id: number }
  /** `notice`: nothing is wrong, this runner has no place for artifacts. */
  | { readonly kind: 'failed'; readonly severity: 'notice' | 'warning'; readonly reason: string }

/** Keeps files as an artifact of the run. */
export interface ArtifactClient {
  /** Never throws, and is bounded in time. */
  upload(request: UploadRequest): Promise<Uploaded>
}

/** Runs a program in a process group that ends with its time; `run` of host/process.ts. */
export type RunProgram = (
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly input: string; readonly timeoutMs: number },
) => Promise<{ readonly stdout: string; readonly code: number }>

/** Milliseconds for one upload. */
const most = 30_000

export interface ArtifactClientOptions {
  readonly run: RunProgram
  /** Path of the script that holds the toolkit: `upload` beside the one that runs. */
  readonly program: string
  readonly env: NodeJS.ProcessEnv
  /** What the job waits for all of its services. */
  readonly patience: Patience
}

/**
 * A client over the toolkit's own, which runs in a process of its own: it costs nothing where nothing is uploaded, can
 * be stopped in the middle of anything, and its log lines reach no runner.
 */
export function createArtifactClient(options: ArtifactClientOptions): ArtifactClient {
  const { run, program, env, patience } = options
  return {
    async upload(request) {
      if ((env['ACTIONS_RESULTS_URL'] ?? '') === '' || (env['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') {
        return { kind: 'failed', severity: 'notice', reason: 'this runner keeps no artifacts' }
      }
      const failed = (reason: string): Uploaded => ({
        kind: 'failed',
        // As the toolkit words it for an Enterprise Server.
        severity: /not currently supported on GHES/i.test(reason) ? 'notice' : 'warning',
        reason: capped(visible(reason), 300),
      })
      const timeoutMs = patience.left(most)
      if (timeoutMs === 0) return failed(usedUp)
      const upload = async (): Promise<Uploaded> => {
        try {
          const input = JSON.stringify(request)
          const { stdout, code } = await run(process.execPath, [program], { env, input, timeoutMs })
          const answer = parseUploadAnswer(stdout) ?? failed(`the artifact client ended with status ${code}`)
          return answer.kind === 'failed' ? failed(answer.reason) : answer
        } catch (error) {
          return failed((error as Error).message)
        }
      }
      return patience.pay(upload, ({ kind }) => kind === 'failed')
    },
  }
}
