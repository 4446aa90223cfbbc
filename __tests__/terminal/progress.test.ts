import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createProgress, type TerminalProgress } from '../../src/terminal/progress.ts'
import type { Screen } from '../../src/terminal/screen.ts'

const live: Screen = { live: true, colour: true, columns: 40 }
const plain: Screen = { live: false, colour: false, columns: 80 }

interface Stage {
  readonly progress: TerminalProgress
  readonly written: () => string
  /** Moves the clock that is shown. */
  readonly later: (ms: number) => void
}

function stage(screen: Screen, quiet = false): Stage {
  let text = ''
  let time = 0
  const stream = { write: (part: string) => (text += part) }
  const progress = createProgress(stream, screen, { quiet, now: () => time })
  return { progress, written: () => text, later: (ms) => (time += ms) }
}

/** The lines that stand on a terminal after text was written to it. */
function shown(text: string): readonly string[] {
  const lines = ['']
  let column = 0
  for (const [token] of text.replace(/\x1b\[\d*m/g, '').matchAll(/\x1b\[2K|[^]/gu)) {
    const line = lines.at(-1) ?? ''
    if (token === '\n') lines.push('')
    else if (token === '\x1b[2K') lines[lines.length - 1] = ''
    else if (token !== '\r') lines[lines.length - 1] = line.slice(0, column) + token + line.slice(column + 1)
    column = token === '\n' || token === '\r' ? 0 : token === '\x1b[2K' ? column : column + 1
  }
  return lines
}

describe('on a live screen', () => {
  it('writes one line over until the step ends', () => {
    const { progress, written, later } = stage(live)
    const step = progress.step('installing')
    expect(shown(written())).toEqual(['⠋ installing'])
    later(2410)
    step.done('42 packages')
    expect(shown(written())).toEqual(['✓ installing: 42 packages 2.41 s', ''])
  })

  it('shows the newest step and how many others run', () => {
    const { progress, written, later } = stage(live)
    const first = progress.step('base')
    later(61_000)
    progress.step('installing').update('unseen until the next frame')
    expect(shown(written())).toEqual(['⠋ installing (and 1 more)'])
    first.failed()
    const [done, line] = shown(written())
    expect(done).toBe('✗ base 1 min 01 s')
    expect(line).toBe('⠋ installing: unseen until the next fr…')
    progress.close()
    expect(shown(written())).toEqual(['✗ base 1 min 01 s', ''])
  })

  it('keeps the live line below what is told meanwhile', () => {
    const { progress, written } = stage(live)
    progress.step('installing')
    progress.warn('not frozen')
    progress.note('base is python:3.13-slim')
    expect(shown(written())).toEqual(['warning: not frozen', '· base is python:3.13-slim', '⠋ installing'])
    progress.close()
  })

  it('never breaks the live line, however long its text', () => {
    const { progress, written } = stage(live)
    progress.step('x'.repeat(500))
    expect(shown(written()).map((line) => line.length <= 39)).toEqual([true])
    progress.close()
  })

  it('leaves no half line, whatever happens', () => {
    const action = fc.constantFrom('step', 'update', 'done', 'failed', 'note', 'warn', 'later')
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const { progress, written, later } = stage(live)
        const steps = [progress.step('first')]
        for (const each of actions) {
          if (each === 'step') steps.push(progress.step('another'))
          else if (each === 'update') steps.at(-1)?.update('at it')
          else if (each === 'done') steps.pop()?.done('well')
          else if (each === 'failed') steps.pop()?.failed()
          else if (each === 'later') later(12_000)
          else progress[each]('said')
        }
        progress.close()
        const lines = shown(written())
        expect(lines.at(-1)).toBe('')
        for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(?:✓|✗|·|warning:) /)
      }),
    )
  })
})

describe('in a log', () => {
  it('writes a line for each step that ends', () => {
    const { progress, written, later } = stage(plain)
    const step = progress.step('installing')
    step.update('half')
    later(38)
    step.done('42 packages')
    step.done('again')
    step.failed()
    progress.warn('not frozen')
    expect(written()).toBe('✓ installing: 42 packages 38 ms\nwarning: not frozen\n')
  })

  it('has no control characters', () => {
    const { progress, written } = stage(plain)
    progress.step('a\x1b[31m\r\nb\u202e').done('c\x07')
    progress.note('::error::x\n::warning::y')
    progress.warn('\x9b31m')
    expect(written()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
    expect(written().split('\n')).toHaveLength(4)
  })
})

it('with quiet only warns', () => {
  for (const screen of [live, plain]) {
    const { progress, written } = stage({ ...screen, colour: false }, true)
    const step = progress.step('installing')
    step.update('x')
    step.done()
    progress.note('y')
    progress.warn('not frozen')
    progress.close()
    expect(written()).toBe('warning: not frozen\n')
  }
})

describe('a process', () => {
  const start = (body: string): Promise<{ readonly code: number | null; readonly stderr: string }> => {
    const from = join(import.meta.dirname, '../../src/terminal/progress.ts')
    const text = `import { createProgress } from ${JSON.stringify(from)}
      const progress = createProgress(process.stderr, { live: true, colour: false, columns: 80 })
      ${body}`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', text])
    let stderr = ''
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => {
        resolve({ code, stderr })
      })
    })
  }

  it('is not kept alive by a step that never ends, and leaves no half line', async () => {
    const { code, stderr } = await start("progress.step('hanging')")
    expect(code).toBe(0)
    expect(stderr).toContain('hanging')
    expect(shown(stderr)).toEqual([''])
  })

  it('leaves no half line when it exits in the middle', async () => {
    const { code, stderr } = await start("progress.step('hanging'); setTimeout(() => process.exit(3), 200)")
    expect(code).toBe(3)
    expect(shown(stderr)).toEqual([''])
  })
})
