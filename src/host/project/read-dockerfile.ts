import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from '../../image/platform.ts'
import { type LastBase, parseLastBase } from '../../project/dockerfile.ts'
import { readText } from './find-lock.ts'

/** Names that Docker, Podman and Buildah look for, in their order. */
export const dockerfileNames: readonly string[] = ['Dockerfile', 'Containerfile']

/** Bytes of a Dockerfile that is read; the longest in the wild have less than a tenth of that. */
const maxBytes = 1 << 18

/**
 * What the image of a project's Dockerfile stands on when it is built for `platform`, and where it says so:
 * `Dockerfile:3`. Undefined for a project without one. Throws Failure for one that cannot be read.
 */
export async function readLastBase(
  folder: string,
  platform: Platform,
): Promise<{ readonly base: LastBase; readonly place: string } | undefined> {
  for (const name of dockerfileNames) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile() || found.size > maxBytes) continue
    const base = parseLastBase(await readText(path), platform)
    return base && { base, place: `${name}:${base.line}` }
  }
  return undefined
}
