import { type FileHandle, open } from 'node:fs/promises'
import { posix } from 'node:path'
import { Failure } from '../../failure.ts'
import { compressionOf } from '../../image/mediatype.ts'
import { type Extensions, decodeEntry, extend, isExtension, noExtensions } from '../../tar/extensions.ts'
import { blockSize, decodeHeader } from '../../tar/header.ts'
import { inputFailure } from './input-failure.ts'
import type { Place } from './places.ts'

/** Files of an archive by path, links followed. */
export type ArchiveFiles = (path: string) => Place | undefined

const maxEntries = 20_000
const maxExtensionBytes = 1 << 20
const maxLinks = 10

interface Entry {
  readonly place?: Place
  readonly link?: string
}

/** Finds the files of a tar by reading its headers alone. Throws Failure for what is missing, compressed or damaged. */
export async function indexArchive(path: string): Promise<ArchiveFiles> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw inputFailure(error, path, 'archive')
  })
  try {
    return lookup(await readEntries(handle, path))
  } catch (error) {
    throw inputFailure(error, path, 'archive')
  } finally {
    await handle.close()
  }
}

async function readEntries(handle: FileHandle, path: string): Promise<Map<string, Entry>> {
  const { size: end } = await checked(handle, path)
  const damaged = (at: number, why: string): Failure =>
    new Failure('build', `${path} is damaged at byte ${at}: ${why}`, { hint: 'save or copy the image again' })
  const entries = new Map<string, Entry>()
  let extensions: Extensions = noExtensions
  for (let at = 0, count = 0; at + blockSize <= end; count += 1) {
    if (count > maxEntries) throw damaged(at, `more than ${maxEntries} entries`)
    const block = await bytesAt(handle, at, blockSize)
    const place = at
    const decode = <T>(decoder: () => T): T => {
      try {
        return decoder()
      } catch (error) {
        throw error instanceof Failure ? damaged(place, error.message) : error
      }
    }
    const header = decode(() => decodeHeader(block))
    if (!header) break
    const content = at + blockSize
    if (isExtension(header.typeflag)) {
      if (header.size > maxExtensionBytes || content + header.size > end)
        throw damaged(at, 'a name of a senseless length')
      const body = await bytesAt(handle, content, header.size)
      const before = extensions
      extensions = decode(() => extend(before, header.typeflag, body))
      at = content + padded(header.size)
      continue
    }
    const known = extensions
    const decoded = decode(() => decodeEntry(header, known))
    extensions = { ...noExtensions, global: extensions.global }
    if (content + decoded.stored > end) throw damaged(at, 'it ends in the middle of an entry')
    const { entry } = decoded
    if (entry.type === 'file' && !decoded.sparse) {
      entries.set(entry.path, { place: { path, start: content, size: decoded.stored, whole: false } })
    } else if (entry.type === 'hardlink') {
      entries.set(entry.path, { link: posix.normalize(entry.linkname ?? '') })
    } else if (entry.type === 'symlink') {
      // Older `docker save` links a layer that two images share: ../<id>/layer.tar
      entries.set(entry.path, { link: posix.join(posix.dirname(entry.path), entry.linkname ?? '') })
    }
    at = content + padded(decoded.stored)
  }
  return entries
}

function lookup(entries: ReadonlyMap<string, Entry>): ArchiveFiles {
  return (path) => {
    let name = posix.normalize(path)
    for (let links = 0; links <= maxLinks; links += 1) {
      const entry = entries.get(name)
      if (entry?.link === undefined) return entry?.place
      name = entry.link
    }
    return undefined
  }
}

async function checked(handle: FileHandle, path: string): Promise<{ size: number }> {
  const stat = await handle.stat()
  if (!stat.isFile()) {
    throw new Failure(
      'usage',
      `${path} is not an archive but a ${stat.isDirectory() ? 'folder' : 'special file'}`,
      {
        hint: stat.isDirectory() ? `for an OCI layout write oci:${path}` : 'name the file of an archive',
      },
    )
  }
  const compression = compressionOf(await bytesAt(handle, 0, Math.min(4, stat.size)))
  if (compression !== 'none') {
    throw new Failure('usage', `${path} is compressed (${compression})`, {
      hint: `unpack it first: ${compression === 'gzip' ? 'gunzip' : 'unzstd'} --keep ${path}`,
    })
  }
  if (stat.size < blockSize)
    throw new Failure('build', `${path} is no tar archive: it has ${stat.size} bytes`)
  return stat
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize
}
