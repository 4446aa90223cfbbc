import type { ImageConfig } from './config.ts'

/** How every layer that this project adds begins its line of the history. */
const ours = 'pydeps-image: '

/**
 * How many layers of an image are its base's, where its history tells: those below the ones that this project added.
 * Undefined for an image that was built by something else, or whose history is not about its layers.
 */
export function baseLayersByHistory({ history, diffIds }: ImageConfig): number | undefined {
  const lines = history.filter(({ emptyLayer }) => emptyLayer !== true)
  if (lines.length !== diffIds.length) return undefined
  const lowest = lines.findLastIndex(({ createdBy }) => createdBy?.startsWith(ours) !== true) + 1
  return lowest < lines.length ? lowest : undefined
}
