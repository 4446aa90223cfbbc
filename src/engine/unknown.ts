import type { Measurement } from '../image/measurement.ts'

/** What a measurement cannot know of its image, a sentence each for its report. */
export function unknownIn({ notRead = [], layers }: Measurement): readonly string[] {
  return [
    ...notRead.map(
      (kind) =>
        `Its ${kind} database cannot be read: system packages are not listed, and what they own is in other parts.`,
    ),
    ...layers
      .filter(({ notMeasured }) => notMeasured)
      .map(
        ({ digest }) =>
          `Layer ${digest} is not measured: it is a foreign layer, whose files are not with the image. All figures but the download lack them.`,
      ),
  ]
}
