import { analyzeImage } from './engine/analysis.ts'
import { unknownIn } from './engine/unknown.ts'
import { createImageContext } from './host/images/context.ts'
import { openStore, storeRoot } from './host/store/store.ts'
import { readDirectRequirements } from './host/project/read-direct.ts'
import type { AnalyzeInputs } from './inputs.ts'
import { directNames } from './project/direct.ts'
import type { ReportInput } from './report/input.ts'
import type { RunContext } from './run.ts'

/** One analysis: read, measure. Throws Failure for what a user can mend. */
export async function analyze(
  inputs: AnalyzeInputs,
  { env, progress, signal }: Pick<RunContext, 'env' | 'progress' | 'signal'>,
): Promise<{ readonly reports: readonly ReportInput[] }> {
  const store = await openStore(storeRoot(env))
  const images = createImageContext({ env, signal })
  try {
    const { project } = inputs
    const requirements = project === undefined ? [] : await readDirectRequirements(project)
    const { measurement, baseNote, tree, inventory } = await analyzeImage(
      inputs.image,
      { ...inputs, directNames: directNames({ requirements }) },
      { store, images, progress },
    )
    const notes = [...(baseNote === undefined ? [] : [baseNote]), ...unknownIn(measurement)]
    return {
      reports: [
        {
          name: measurement.image.reference,
          measurement,
          ...(inputs.html === undefined ? {} : { tree: await tree() }),
          ...(inputs.sbom === undefined ? {} : { inventory: await inventory() }),
          notes,
          outputs: [],
        },
      ],
    }
  } finally {
    await images.close()
  }
}
