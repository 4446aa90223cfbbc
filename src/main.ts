import * as core from '@actions/core'
import { performance } from 'node:perf_hooks'
import { fail } from './action/failure.ts'
import { loadInputs } from './action/inputs.ts'
import { annotated } from './action/progress.ts'
import { meetService, type Service } from './action/service.ts'
import { createStepLog } from './action/step-log.ts'
import { tell } from './action/tell.ts'
import { run as runProgram } from './host/process.ts'
import { betweenRuns, placeOf } from './host/store/between-runs.ts'
import { keepMemoryLow } from './memory.ts'
import { run, type RunResult } from './run.ts'
import { interruptible } from './terminal/interrupt.ts'
import { createProgress } from './terminal/progress.ts'
import { screenOf } from './terminal/screen.ts'

const { env, stdout } = process
const log = createStepLog(stdout)
try {
  keepMemoryLow()
  const { inputs, settings } = loadInputs(env, process.cwd())
  const screen = screenOf(stdout, env)
  const progress = createProgress(log, screen)
  const context = { env, progress: annotated(progress, log), now: () => performance.now(), today: Date.now }
  const details = { trees: settings.uploadReport, inventory: true }
  const build = async (signal: AbortSignal): Promise<Pick<Service, 'keep'> & { result: RunResult }> => {
    const { cache, ports, keep } = await meetService(settings, { env, run: runProgram, signal })
    const kept = cache && betweenRuns(cache, placeOf(env))
    const result = await run(inputs, { ...context, signal, ports, details, restore: kept?.restore })
    core.saveState('store', (await kept?.remember()) ?? '')
    return { result, keep }
  }
  const { result, keep } = await log
    .group('Build the image', () => interruptible(build))
    .finally(() => progress.close())
  await tell(result, log, { env, colour: screen.colour, settings, runProgram })
  await keep(result)
} catch (error) {
  fail(error, log)
}
