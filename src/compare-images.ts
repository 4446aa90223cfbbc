import { compare } from './compare/compare.ts'
import { readComparand } from './engine/comparand.ts'
import { unknownIn } from './engine/unknown.ts'
import { createImageContext } from './host/images/context.ts'
import { openStore, storeRoot } from './host/store/store.ts'
import type { CompareInputs } from './inputs.ts'
import type { ReportInput } from './report/input.ts'
import type { RunContext } from './run.ts'

/** One comparison: read and measure both, compare. Throws Failure for what a user can mend. */
export async function compareImages(
  inputs: CompareInputs,
  { env, progress, signal }: Pick<RunContext, 'env' | 'progress' | 'signal'>,
): Promise<{ readonly reports: readonly ReportInput[] }> {
  const store = await openStore(storeRoot(env))
  const images = createImageContext({ env, signal })
  try {
    const context = { store, images, progress }
    const before = await readComparand(inputs.before, inputs.platform, context)
    const after = await readComparand(inputs.after, inputs.platform, context)
    const delta = compare(after.measurement, before.measurement)
    const { updateDownload } = delta
    const sizes = {
      ...after.measurement.sizes,
      ...(updateDownload.kind === 'compared' ? { updateDownload: updateDownload.after } : {}),
    }
    return {
      reports: [
        {
          name: after.name,
          measurement: { ...after.measurement, sizes },
          delta,
          baselineText: before.name,
          ...(inputs.html === undefined ? {} : { tree: await after.tree(), baseTree: await before.tree() }),
          notes: [...unknownIn(after.measurement)],
          outputs: [],
        },
      ],
    }
  } finally {
    await images.close()
  }
}
