import { analyze } from './analyze.ts'
import { compareImages } from './compare-images.ts'
import type { ReportInput } from './report/input.ts'
import { run, type RunContext } from './run.ts'
import type { Request, TextRequest } from './terminal/arguments.ts'

/** What came of a command: something to tell, and whether it went well, where there was something to judge. */
export interface Performed {
  readonly reports: readonly ReportInput[]
  readonly failed: boolean
}

/** Does what the command line asks for. Throws Failure for what a user can mend. */
export async function perform(
  request: Exclude<Request, TextRequest>,
  context: RunContext,
): Promise<Performed> {
  switch (request.command) {
    case 'build': {
      const { reports, verdict } = await run(request.inputs, context)
      return { reports, failed: verdict === 'fail' }
    }
    case 'analyze':
      return { ...(await analyze(request.inputs, context)), failed: false }
    case 'compare':
      return { ...(await compareImages(request.inputs, context)), failed: false }
  }
}
