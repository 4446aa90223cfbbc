import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { type Digest, hexOf } from '../../image/digest.ts'
import { type Descriptor, parseManifestOrIndex } from '../../image/manifest.ts'
import { mediaTypes } from '../../image/mediatype.ts'
import { formatRepositoryReference, parseRepositoryReference } from '../../image/reference.ts'
import { maxManifestBytes, parseJson } from './documents.ts'
import { inputFailure } from './input-failure.ts'
import type { FindPlace } from './places.ts'

/** Annotations by which an index names its images (OCI image spec, annotations.md; containerd's for full names). */
export const annotations = {
  refName: 'org.opencontainers.image.ref.name',
  containerdName: 'io.containerd.image.name',
} as const

/** `blobs/sha256/<hex>`: where a layout has a blob (OCI image spec, image-layout.md). */
export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`
}

/** The blobs of a layout on disk. */
export function layoutPlaces(folder: string): FindPlace {
  return async (digest) => {
    const path = join(folder, blobPath(digest))
    const found = await stat(path).catch(() => undefined)
    // Anything but a file (a pipe, a device) would be read without end.
    return found?.isFile() ? { path, start: 0, size: found.size, whole: true } : undefined
  }
}

/** `index.json` of a layout on disk; throws Failure for a folder that is no layout. */
export async function readLayoutIndex(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'index.json')
  try {
    const { size } = await stat(path)
    if (size > maxManifestBytes)
      throw new Failure('build', `${path} is larger than ${maxManifestBytes} bytes`, {
        hint: 'no real image has one of this size; check where it comes from',
      })
    return await readFile(path)
  } catch (error) {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => undefined,
    )
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && isFolder === true) {
      throw new Failure('usage', `${folder} is no OCI layout: it has no index.json`, {
        hint: 'name a folder that skopeo, buildx or this program wrote',
        cause: error,
      })
    }
    if (isFolder === false) {
      throw new Failure('usage', `${folder} is no folder`, {
        hint: `for an archive write oci-archive:${folder} or docker-archive:${folder}`,
      })
    }
    throw inputFailure(error, isFolder === undefined ? folder : path, 'OCI layout')
  }
}

/**
 * What a tag, or no tag, stands for in an `index.json`: one descriptor, or several that are one image's platforms.
 * Throws Failure that lists the tags.
 */
export function chooseRoots(
  indexBytes: Uint8Array,
  tag: string | undefined,
  name: string,
): readonly Descriptor[] {
  const where = `${name}, index.json`
  const document = parseManifestOrIndex(parseJson(indexBytes, where), mediaTypes.ociIndex, where)
  const all = document.kind === 'index' ? document.index.manifests : []
  const roots =
    tag === undefined ? all : all.filter((root) => namesOf(root).some((own) => sameName(own, tag)))
  const tags = [...new Set(all.map(({ annotations: a }) => a?.[annotations.refName]))].filter(
    (one) => one !== undefined,
  )
  if (roots.length === 0) {
    throw new Failure('usage', `${name} has no image${tag === undefined ? '' : ` ${JSON.stringify(tag)}`}`, {
      hint: tags.length === 0 ? 'it has no tags' : `it has the tags ${tags.join(', ')}`,
    })
  }
  const distinct = new Set(roots.map(({ digest }) => digest))
  const groups = new Set(roots.map((root) => namesOf(root)[0] ?? ''))
  if (distinct.size > 1 && groups.size > 1 && tag === undefined) {
    throw new Failure('usage', `${name} has several images`, {
      hint: `name one of them: ${tags.map((one) => `${name}:${one}`).join(', ')}`,
    })
  }
  return roots.filter(({ digest }, i) => roots.findIndex((root) => root.digest === digest) === i)
}

/** Whether two spellings name the same image: `example:1` is `docker.io/library/example:1`. */
export function sameName(a: string, b: string): boolean {
  const full = (name: string): string => {
    const parsed = name.includes(':') || name.includes('/') ? parseRepositoryReference(name) : undefined
    return parsed ? formatRepositoryReference(parsed) : name
  }
  return a === b || full(a) === full(b)
}

function namesOf({ annotations: a }: Descriptor): string[] {
  return [a?.[annotations.refName], a?.[annotations.containerdName]].filter((name) => name !== undefined)
}
