import type { Progress, Step } from '../progress.ts'
import { capped, visible } from '../report/escape.ts'
import { styleFor } from '../report/style.ts'
import { fit } from '../report/width.ts'
import { formatDuration } from '../units/duration.ts'
import type { Screen } from './screen.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 80
/** A log without a live line says this often that a step is still at work. */
const heartbeatMs = 15_000

interface Running {
  readonly name: string
  readonly started: number
  detail: string
  told: number
}

export interface TerminalProgress extends Progress {
  /** Takes the live line away and stops the clock; call it before anything else is printed, and at the end. */
  close(): void
}

/**
 * Progress on a terminal or in a log: on a live screen one line with the newest step that is written over, and
 * otherwise a line for each step that ends and now and then one for a step that takes long. With `quiet` warnings
 * only. The cursor is never hidden, so that a killed process leaves nothing to restore.
 */
export function createProgress(
  stream: { write(text: string): unknown },
  screen: Screen,
  {
    quiet = false,
    now = () => performance.now(),
  }: { readonly quiet?: boolean; readonly now?: () => number } = {},
): TerminalProgress {
  const style = styleFor(screen.colour)
  const running = new Set<Running>()
  let timer: NodeJS.Timeout | undefined
  let frame = 0
  let shown = false

  const erase = (): void => {
    if (shown) stream.write('\r\x1b[2K')
    shown = false
  }
  const print = (line: string): void => {
    erase()
    stream.write(`${line}\n`)
    draw()
  }
  const draw = (): void => {
    const newest = [...running].at(-1)
    if (!screen.live || newest === undefined) return
    const elapsed = now() - newest.started
    const time = elapsed < 1000 ? '' : `  ${wholeSeconds(elapsed)}`
    const more = running.size > 1 ? ` (and ${running.size - 1} more)` : ''
    const text = `${newest.name}${newest.detail === '' ? '' : `: ${newest.detail}`}${more}`
    // One column stays free: some terminals break the line when the last one is written.
    const line = fit(text, screen.columns - 3 - time.length)
    const spinner = frames[frame % frames.length] ?? ''
    stream.write(`${shown ? '\r\x1b[2K' : ''}${style.cyan(spinner)} ${line}${style.dim(time)}`)
    shown = true
  }
  const tick = (): void => {
    frame += 1
    if (screen.live) draw()
    else {
      for (const step of running) {
        if (now() - step.told < heartbeatMs) continue
        step.told = now()
        const detail = step.detail === '' ? '' : `: ${step.detail}`
        print(`… ${step.name}${detail} (${wholeSeconds(now() - step.started)})`)
      }
    }
  }
  const close = (): void => {
    clearInterval(timer)
    timer = undefined
    running.clear()
    erase()
    process.off('exit', erase)
  }
  const start = (step: Running): void => {
    running.add(step)
    if (timer === undefined) {
      timer = setInterval(tick, screen.live ? frameMs : 1000)
      timer.unref()
      process.once('exit', erase)
    }
    draw()
  }
  const end = (step: Running, mark: string, detail: string): void => {
    if (!running.delete(step)) return
    const time = style.dim(formatDuration(now() - step.started))
    print(`${mark} ${step.name}${detail === '' ? '' : `: ${detail}`} ${time}`)
    if (running.size === 0) {
      clearInterval(timer)
      timer = undefined
      process.off('exit', erase)
    }
  }

  return {
    step(name): Step {
      if (quiet) return { update: () => undefined, done: () => undefined, failed: () => undefined }
      const step: Running = { name: shownText(name), started: now(), detail: '', told: now() }
      start(step)
      return {
        update(text) {
          step.detail = shownText(text)
        },
        done: (detail = '') => end(step, style.green('✓'), shownText(detail)),
        failed: () => end(step, style.red('✗'), step.detail),
      }
    },
    note: (text) => {
      if (!quiet) print(`${style.cyan('·')} ${shownText(text)}`)
    },
    warn: (text) => print(`${style.yellow('warning:')} ${shownText(text)}`),
    close,
  }
}

function shownText(text: string): string {
  return capped(visible(text), 1000)
}

function wholeSeconds(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)
}
