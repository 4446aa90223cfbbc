import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { startCli } from '../fixtures/start-cli.ts'

it('a folder that is gone is told as such', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'gone-'))
  const under = ['/bin/sh', '-c', 'rmdir "$PWD" && exec "$@"', 'sh']
  const { status, stderr } = await startCli(['build'], { env: process.env, cwd, under }).ended
  expect(stderr).toBe(
    'error: the current folder is no longer there\nwhat to do: change into one that is, and start again\n',
  )
  expect(status).toBe(2)
})
