import { restoreCache, saveCache } from '@actions/cache'
import { execFileSync } from 'node:child_process'
import { type Answer, entryName, type TimedRequest } from './exchange.ts'
import { answerWithin, gaveUp, ToolkitLog, turnOf } from './toolkit-log.ts'

/**
 * Asks the toolkit in the folder where this process stands. `answer` is called once, as early as the answer is known;
 * the toolkit may then still be waiting for something, so that the process should end there.
 */
export async function askToolkit(
  request: TimedRequest,
  capture: (write: (text: string) => void) => void,
  answer: (answer: Answer) => void,
): Promise<void> {
  const late = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => answer({ kind: 'failed', reason: `${what} within ${Math.round(ms / 1000)} s` }), ms)
  let waiting: NodeJS.Timeout | undefined
  const log = new ToolkitLog((line) => {
    const reason = gaveUp(line)
    if (reason !== undefined) answer({ kind: 'failed', reason })
    const turn = turnOf(line)
    if (turn !== undefined) clearTimeout(waiting)
    if (turn === 'asks') waiting = late(answerWithin, 'the cache service did not answer')
  })
  capture((text) => log.write(text))
  late(request.limitMs, `the ${request.kind} did not finish`)
  try {
    answer(request.kind === 'restore' ? await restore(request, log) : await save(request, log))
  } catch (error) {
    answer({ kind: 'failed', reason: (error as Error).message })
  }
}

async function restore({ key, prefixes }: TimedRequest, log: ToolkitLog): Promise<Answer> {
  if (!hasGnuTar()) return { kind: 'failed', reason: 'the cache needs GNU tar', severity: 'notice' }
  const found = await restoreCache([entryName], key, [...prefixes])
  return found === undefined ? log.missOrFailure() : { kind: 'hit', key: found }
}

async function save({ key }: TimedRequest, log: ToolkitLog): Promise<Answer> {
  const id = await saveCache([entryName], key)
  // The first version of the service gives an identity before the upload, which can still fail.
  return id > 0 && !log.failed ? { kind: 'saved' } : log.saveFailure()
}

/** Only GNU's tar can be told, from outside, to take one file of an archive. */
function hasGnuTar(): boolean {
  const tar = process.platform === 'darwin' ? 'gtar' : 'tar'
  try {
    const env = { ...process.env, TAR_OPTIONS: undefined }
    return execFileSync(tar, ['--version'], { encoding: 'utf8', env }).includes('GNU tar')
  } catch {
    return false
  }
}
