import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Failure } from '../../failure.ts'
import type { ImageContext } from './context.ts'
import { daemonFailure, dockerMissing } from './daemon.ts'

/** Streams an archive into the Docker daemon, whichever image store it has. Throws Failure. */
export async function loadIntoDaemon(
  archive: AsyncIterable<Uint8Array>,
  name: string,
  context: ImageContext,
): Promise<void> {
  const { signal, env } = context
  signal?.throwIfAborted()
  // A process group of its own: what docker starts is stopped with it.
  const child = spawn('docker', ['image', 'load', '--quiet'], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-65_536)))
  // A docker that ends before its input does has said why.
  child.stdin.on('error', () => undefined)
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null
  const over = new Promise<number | Error>((resolve) => {
    child.on('error', (error) => resolve(dockerMissing(error)))
    child.on('close', (code) => resolve(code ?? 1))
  })
  const stop = (): void => {
    if (child.pid === undefined || ended()) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group is gone already.
    }
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of archive) {
      if (ended() || child.stdin.destroyed) break
      if (!child.stdin.write(chunk))
        await Promise.race([once(child.stdin, 'drain').catch(() => undefined), over])
    }
    child.stdin.end()
    const status = await over
    signal?.throwIfAborted()
    if (status instanceof Failure) throw status
    if (status !== 0) throw daemonFailure(stderr, name)
  } finally {
    // Half an archive must not be taken for a whole one.
    stop()
    await over
    signal?.removeEventListener('abort', stop)
  }
}
