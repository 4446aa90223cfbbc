import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect, it } from '@jest/globals'
import { cliPath } from '../fixtures/program.ts'

async function help(
  stdout: 'gone' | number,
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [cliPath, 'build', '--help'], {
    stdio: ['ignore', stdout === 'gone' ? 'pipe' : stdout, 'pipe'],
  })
  child.stdout?.destroy()
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { stderr: child.stderr ? await text(child.stderr) : '', status: await ended }
}

it('ends as ever when its reader has gone', async () => {
  expect(await help('gone')).toEqual({ status: 0, stderr: '' })
})

it('says that its words cannot be written', async () => {
  const full = openSync('/dev/full', 'w')
  const { status, stderr } = await help(full)
  closeSync(full)
  expect(stderr).toMatch(/^error: standard output cannot be written: .*\n$/)
  expect(status).toBe(2)
})
