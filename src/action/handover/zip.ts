import { fromBufferPromise } from 'yauzl'
import { Failure } from '../../failure.ts'

/** The content of the one file in an archive, which has this name and at most `limit` bytes. Throws Failure. */
export async function readOnlyFile(zip: Uint8Array, name: string, limit: number): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown): Failure =>
    new Failure('usage', `an artifact is not as this action leaves it: ${why}`, { cause })
  try {
    const archive = await fromBufferPromise(Buffer.from(zip), { lazyEntries: true })
    if (archive.entryCount !== 1) throw refuse('it does not hold one file')
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName !== name) throw refuse('its file has another name')
      if (entry.uncompressedSize > limit) throw refuse('its file is too large')
      const chunks: Buffer[] = []
      // The stream ends with an error where there are more bytes than the entry says.
      for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    }
    throw refuse('it does not hold one file')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw refuse('it is no archive, or damaged', error)
  }
}
