import { createWriteStream } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { open, type Entry, type ZipFile } from 'yauzl'

const openZip = promisify<string, { lazyEntries: boolean }, ZipFile>(open)
/** Bytes that the program may unpack to; it has about 60 MB. */
const mostBytes = 500e6

/**
 * Takes the program uv out of its wheel, where it lies among the scripts (wheel specification, "The .data directory").
 * Throws when the wheel is damaged or has none.
 */
export async function unpackProgram(wheel: string, version: string, program: string): Promise<void> {
  const zip = await openZip(wheel, { lazyEntries: true })
  try {
    const entry = await find(zip, `uv-${version}.data/scripts/uv`)
    if (entry.uncompressedSize > mostBytes) throw new Error('uv is larger than it can be')
    await mkdir(dirname(program), { recursive: true })
    const content = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry)
    await pipeline(content, createWriteStream(program, { flags: 'wx' }))
    await chmod(program, 0o755)
  } finally {
    zip.close()
  }
}

function find(zip: ZipFile, name: string): Promise<Entry> {
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName === name) resolve(entry)
      else zip.readEntry()
    })
    zip.on('end', () => reject(new Error(`its wheel has no ${name}`)))
    zip.on('error', reject)
    zip.readEntry()
  })
}
