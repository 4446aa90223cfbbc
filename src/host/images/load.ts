import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ImageContext } from './context.ts'
import { abortReason } from '../registry/transport.ts'
import { daemonFailure, dockerMissing } from './daemon.ts'

/** Streams an archive into the Docker daemon, whichever image store it has. Throws Failure. */
export async function loadIntoDaemon(
  archive: AsyncIterable<Uint8Array>,
  name: string,
  context: ImageContext,
): Promise<void> {
  context.signal?.throwIfAborted()
  const child = spawn('docker', ['image', 'load', '--quiet'], {
    env: context.env,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(context.signal ? { signal: context.signal } : {}),
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-65_536)))
  const over = new Promise<number>((resolve, reject) => {
    child.on('error', (error) => {
      reject(context.signal?.aborted ? abortReason(context.signal) : dockerMissing(error))
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
  over.catch(() => undefined)
  // A docker that ends before its input does has said why.
  child.stdin.on('error', () => undefined)
  const closed = once(child, 'close').catch(() => undefined)
  try {
    for await (const chunk of archive) {
      if (child.stdin.destroyed) break
      if (!child.stdin.write(chunk)) {
        await Promise.race([once(child.stdin, 'drain').catch(() => undefined), closed])
      }
      if (child.exitCode !== null) break
    }
  } catch (error) {
    // Half an archive must not be taken for a whole one.
    child.kill('SIGKILL')
    await closed
    throw error
  }
  child.stdin.end()
  if ((await over) !== 0) throw daemonFailure(stderr, name)
}
