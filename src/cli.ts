#!/usr/bin/env node
import { performance } from 'node:perf_hooks'
import { analyze } from './analyze.ts'
import { compareImages } from './compare-images.ts'
import { keepMemoryLow } from './memory.ts'
import { run } from './run.ts'
import { parseArguments } from './terminal/arguments.ts'
import { exitStatus, tellFailure } from './terminal/failure.ts'
import { interruptible } from './terminal/interrupt.ts'
import { createProgress } from './terminal/progress.ts'
import { screenOf } from './terminal/screen.ts'
import { tell } from './terminal/tell.ts'
import { version } from './version.ts'

const { env, stdout, stderr } = process
try {
  keepMemoryLow()
  const request = parseArguments(process.argv.slice(2), {
    cwd: process.cwd(),
    version,
    columns: screenOf(stdout, env).columns,
  })
  if (request.command === 'text') {
    stdout.write(request.text)
    process.exitCode = request.status
  } else {
    const progress = createProgress(stderr, screenOf(stderr, env), { quiet: request.quiet })
    const context = { env, progress, now: () => performance.now(), today: () => Date.now() }
    const result = await interruptible((signal) => {
      switch (request.command) {
        case 'build':
          return run(request.inputs, { ...context, signal })
        case 'analyze':
          return analyze(request.inputs, { ...context, signal })
        case 'compare':
          return compareImages(request.inputs, { ...context, signal })
      }
    }).finally(() => progress.close())
    await tell(result, request, { stdout, screen: screenOf(stdout, env) })
    process.exitCode = 'verdict' in result && result.verdict === 'fail' ? 1 : 0
  }
} catch (error) {
  stderr.write(tellFailure(error, screenOf(stderr, env)))
  process.exitCode = exitStatus(error)
}
