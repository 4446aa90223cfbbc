import { performance } from 'node:perf_hooks'
import { fail } from './action/failure.ts'
import { loadInputs } from './action/inputs.ts'
import { createPatience } from './action/patience.ts'
import { leavePatience } from './action/post-state.ts'
import { annotated } from './action/progress.ts'
import { createStepLog } from './action/step-log.ts'
import { tell } from './action/tell.ts'
import { run as runProgram } from './host/process.ts'
import { runJob } from './job.ts'
import { keepMemoryLow } from './memory.ts'
import { interruptible } from './terminal/interrupt.ts'
import { createProgress } from './terminal/progress.ts'
import { screenOf } from './terminal/screen.ts'

const { env, stdout } = process
const log = createStepLog(stdout)
try {
  keepMemoryLow()
  const given = loadInputs(env, process.cwd())
  const screen = screenOf(stdout, env)
  const progress = createProgress(log, screen)
  const context = { env, progress: annotated(progress, log), now: () => performance.now(), today: Date.now }
  const patience = createPatience()
  const { result, keep } = await log
    .group('Build the image', () =>
      interruptible((signal) => runJob(given, { ...context, signal, patience })),
    )
    .finally(() => progress.close())
  await tell(result, log, { env, colour: screen.colour, settings: given.settings, runProgram, patience })
  await keep(result)
  leavePatience(patience)
} catch (error) {
  fail(error, log)
}
