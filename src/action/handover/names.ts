/** The one file in an artifact that hands over. */
export const fileName = 'handover.json'

/** Name of an artifact: each image and each attempt has its own. */
export function artifactName(image: string, attempt: number): string {
  return `pydeps-image-${image}-${attempt}`
}

/** Which image and attempt an artifact is of; undefined where it is another one. */
export function parseArtifactName(
  name: string,
): { readonly image: string; readonly attempt: number } | undefined {
  const [, image, attempt] = /^pydeps-image-([0-9a-f]{16})-(\d{1,9})$/.exec(name) ?? []
  return image === undefined ? undefined : { image, attempt: Number(attempt) }
}
