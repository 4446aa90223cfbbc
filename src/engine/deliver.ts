import type { ImageContext } from '../host/images/context.ts'
import { writeImage } from '../host/images/write.ts'
import { formatImageReference, type ImageReference, parseImageReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'
import type { Inputs } from '../inputs.ts'
import type { Progress } from '../progress.ts'

/** Where an image goes: to this machine at once, to registries when nothing speaks against it. */
export interface Destinations {
  readonly local: readonly ImageReference[]
  readonly registries: readonly ImageReference[]
}

/** The output that was named, and each tag when it is pushed. */
export function destinationsOf({ output, push, tags }: Inputs): Destinations {
  const named = push
    ? tags.map((tag) => parseImageReference(`docker://${tag.replace(/^docker:\/\//, '')}`))
    : []
  const all = [...(output ? [output] : []), ...named]
  return {
    local: all.filter(({ transport }) => transport !== 'docker'),
    registries: all.filter(({ transport }) => transport === 'docker'),
  }
}

/** Writes the images of all platforms to each destination. */
export async function deliver(
  images: readonly Image[],
  destinations: readonly ImageReference[],
  { tags, context, progress }: { tags: readonly string[]; context: ImageContext; progress: Progress },
): Promise<void> {
  for (const to of destinations) {
    const step = progress.step(`write ${formatImageReference(to)}`)
    try {
      const names = to.transport === 'docker' ? [] : tags
      await writeImage(images, to, { context, tags: names })
      step.done()
    } catch (error) {
      step.failed()
      throw error
    }
  }
}
