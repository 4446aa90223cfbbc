import { Failure } from '../failure.ts'
import type { ImageContext } from '../host/images/context.ts'
import { daemonLayers } from '../host/images/daemon.ts'
import { readLastBase } from '../host/project/read-dockerfile.ts'
import { parsePlatform, type Platform } from '../image/platform.ts'
import { type ImageReference, parseRepositoryReference } from '../image/reference.ts'
import type { Image } from '../image/source.ts'
import { type FoundBase, layersBelow, readBase } from './base-layers.ts'

/**
 * The base that the Dockerfile of a project begins its last stage from; undefined for a project without one. It is one
 * only where its layers are the image's lowest: the image may be of another stage, another version of the file, or of
 * other build arguments.
 */
export async function baseByDockerfile(
  image: Image,
  reference: ImageReference,
  folder: string,
  images: ImageContext,
): Promise<FoundBase | undefined> {
  const found = await readLastBase(folder, image.platform)
  if (!found) return undefined
  const { base, place } = found
  const unknown = (why: string): FoundBase => ({ layers: undefined, note: `${place} ${why}.` })
  switch (base.kind) {
    case 'unknown':
      return unknown(base.why)
    case 'scratch':
      return { layers: 0, note: `It has no base: ${place} begins from scratch.` }
    case 'image': {
      const { name } = base
      const parsed = parseRepositoryReference(name)
      if (!parsed) return unknown(`says that it stands on ${name}, which is no name of an image`)
      const platform = platformOf(base.platform) ?? image.platform
      const layers =
        (await layersOfDaemon(image, reference, name, images)) ??
        (await readBase(image, { transport: 'docker', ...parsed }, platform, images))
      if (layers === undefined) {
        return unknown(
          `says that it stands on ${name}, which could not be read, or is not what it was built on: its tag may have moved, or build arguments were given`,
        )
      }
      return { layers, note: `Its base is ${name}, as ${place} says.` }
    }
  }
}

/** A builder takes a base from its daemon when it has it; an image that is in a registry needs no Docker to be read. */
async function layersOfDaemon(
  image: Image,
  { transport }: ImageReference,
  name: string,
  images: ImageContext,
): Promise<number | undefined> {
  if (transport === 'docker') return undefined
  const diffIds = await daemonLayers(name, images)
  return diffIds && layersBelow(image, diffIds)
}

function platformOf(text: string | undefined): Platform | undefined {
  try {
    return text === undefined ? undefined : parsePlatform(text)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
