import { fail } from './action/failure.ts'
import { inertLines } from './action/fence.ts'
import { publish } from './action/handover/publish.ts'

try {
  await publish(process.env)
} catch (error) {
  fail(error, inertLines(process.stdout))
}
