import { spawn, type ChildProcess } from 'node:child_process'
import { Failure } from '../failure.ts'

export interface RunOptions {
  readonly cwd?: string
  /** The whole environment of the child; this process's own when it is not given. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Written to standard input, which is closed at once when there is none. */
  readonly input?: string
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Bytes of standard output after which the child is stopped; 64 MiB when it is not given. */
  readonly maxOutput?: number
}

export interface RunResult {
  readonly stdout: string
  /** The last 256 KiB of it, as the tool wrote it; put it through `toolText` before showing it. */
  readonly stderr: string
  /** Exit status; 128 + n for a child that signal n ended. */
  readonly code: number
}

const stderrKept = 256 * 1024
const killAfterMs = 2_000

/**
 * Runs a program without a shell and collects what it says. Any exit status resolves. The child leads a process
 * group of its own, which is ended as a whole on abort (rejects with the signal's reason) and when time is up.
 * Throws Failure for a program that cannot be started, that says more than `maxOutput`, or that is out of time.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  options.signal?.throwIfAborted()
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const maxOutput = options.maxOutput ?? 64 * 1024 * 1024
  let stopped: unknown
  let killer: NodeJS.Timeout | undefined
  const stop = (why: unknown): void => {
    if (stopped !== undefined) return
    stopped = why
    killGroup(child, 'SIGTERM')
    killer = setTimeout(() => {
      killGroup(child, 'SIGKILL')
      // A process that left the group may still hold the pipes.
      child.stdout.destroy()
      child.stderr.destroy()
    }, killAfterMs)
  }
  const onAbort = (): void => stop(options.signal?.reason ?? new Error('aborted'))
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(outOfTime(command, options.timeoutMs ?? 0)), options.timeoutMs)

  const stdout: Buffer[] = []
  let stdoutSize = 0
  child.stdout.on('data', (chunk: Buffer) => {
    stdoutSize += chunk.length
    if (stdoutSize <= maxOutput) stdout.push(chunk)
    else stop(new Failure('build', `${command} wrote more than ${maxOutput} bytes and was stopped`))
  })
  const stderr = new Tail(stderrKept)
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A child that does not read its input closes the pipe; its exit status tells the story.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')

  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', (cause) => reject(notStarted(command, cause, options.cwd)))
      child.on('close', (status, signal) => resolve(status ?? 128 + signalNumber(signal)))
    })
    if (stopped !== undefined) throw stopped as Error
    return { stdout: Buffer.concat(stdout).toString(), stderr: stderr.toString(), code }
  } finally {
    clearTimeout(timer)
    clearTimeout(killer)
    options.signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * A tool's own words, fit for a message: no escape sequences or control characters, no credentials in addresses,
 * at most `lines` of the last lines that are not empty.
 */
export function toolText(text: string, lines = 20): string {
  return hideCredentials(
    text
      .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?/g, '')
      .replace(/\r\n?/g, '\n')
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ''),
  )
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n')
}

/** Puts `***` for whatever stands before the `@` of an address. */
export function hideCredentials(text: string): string {
  return text.replace(/(?<=[a-z0-9+.-]:\/\/)[^/?#\s"'<>]*@/gi, '***@')
}

class Tail {
  private chunks: Buffer[] = []
  private size = 0
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.size > 2 * this.limit) {
      const kept = Buffer.concat(this.chunks).subarray(-this.limit)
      this.chunks = [Buffer.from(kept)]
      this.size = kept.length
    }
  }

  toString(): string {
    return Buffer.concat(this.chunks).subarray(-this.limit).toString()
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone already.
  }
}

function notStarted(command: string, cause: NodeJS.ErrnoException, cwd: string | undefined): Failure {
  if (cause.code === 'ENOENT') {
    return new Failure(
      'build',
      `${command} was not found${cwd === undefined ? '' : ` (or the folder ${cwd})`}`,
      {
        hint: `install ${command}, or put it on PATH`,
        cause,
      },
    )
  }
  return new Failure('build', `${command} cannot be started: ${cause.message}`, { cause })
}

function outOfTime(command: string, ms: number): Failure {
  return new Failure('build', `${command} did not finish within ${Math.round(ms / 1000)} s and was stopped`)
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const known: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
  return signal === null ? 0 : (known[signal] ?? 0)
}
