#!/usr/bin/env node
import { performance } from 'node:perf_hooks'
import { keepMemoryLow } from './memory.ts'
import { perform } from './perform.ts'
import { parseArguments } from './terminal/arguments.ts'
import { exitStatus, tellFailure } from './terminal/failure.ts'
import { currentFolder } from './terminal/folder.ts'
import { interruptible } from './terminal/interrupt.ts'
import { outliveReaders } from './terminal/output.ts'
import { createProgress } from './terminal/progress.ts'
import { screenOf } from './terminal/screen.ts'
import { tell } from './terminal/tell.ts'
import { version } from './version.ts'

const { argv, env, stdout, stderr } = process
const screen = screenOf(stdout, env)
try {
  keepMemoryLow()
  outliveReaders(process)
  const request = parseArguments(argv.slice(2), { cwd: currentFolder(), version, columns: screen.columns })
  if (request.command === 'text') {
    stdout.write(request.text)
    process.exitCode = request.status
  } else {
    const progress = createProgress(stderr, screenOf(stderr, env), { quiet: request.quiet })
    const context = { env, progress, now: () => performance.now(), today: Date.now }
    const performed = await interruptible((signal) => perform(request, { ...context, signal })).finally(() =>
      progress.close(),
    )
    await tell(performed, request, { stdout, screen })
    process.exitCode = performed.failed ? 1 : 0
  }
} catch (error) {
  stderr.write(tellFailure(error, screenOf(stderr, env)))
  process.exitCode = exitStatus(error)
}
