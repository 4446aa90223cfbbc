import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Part } from '../../../src/engine/assemble/part.ts'
import { copiedTar } from '../../../src/engine/assemble/part-bytes.ts'
import { BufferRing } from '../../../src/host/file-chunks.ts'
import { DamagedBlob } from '../../../src/host/store/blobs.ts'
import { openStore, type Store } from '../../../src/host/store/store.ts'
import { useFolder } from '../../fixtures/folder.ts'

const tar = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(''))
const head = Buffer.from('what is before the content')

const at = useFolder()
let store: Store
beforeEach(async () => {
  store = await openStore(at('store'))
})

async function keptPart(): Promise<Part> {
  const packed = gzipSync(tar)
  const writer = await store.blobs.create()
  await writer.write(Buffer.concat([head, packed]))
  const blob = await writer.commit()
  const content = { start: head.length, end: head.length + packed.length }
  return { name: 'a', version: '1', directories: [], entries: [], texts: {}, hashes: {}, blob, content }
}

/** The tar, and what was written on the way. */
async function copied(part: Part): Promise<{ readonly tar: Buffer; readonly written: Buffer }> {
  const chunks: Buffer[] = []
  const written: Buffer[] = []
  const write = async (bytes: Uint8Array): Promise<void> => {
    written.push(Buffer.from(bytes))
    await Promise.resolve()
  }
  for await (const chunk of copiedTar(store, part, write, { buffers: new BufferRing() })) {
    chunks.push(Buffer.from(chunk))
  }
  return { tar: Buffer.concat(chunks), written: Buffer.concat(written) }
}

describe('a part that is copied into a layer', () => {
  it('gives its tar, and passes its content on as it is kept', async () => {
    const { tar: unpacked, written } = await copied(await keptPart())
    expect(unpacked.equals(tar)).toBe(true)
    expect(written.equals(gzipSync(tar))).toBe(true)
  })

  it.each([
    ['cannot be unpacked', 200],
    ['is none of the content', 3],
  ])('is known to be damaged where what is damaged %s, and is removed', async (_, from) => {
    const part = await keptPart()
    const path = store.blobs.path(part.blob.digest)
    const bytes = readFileSync(path)
    bytes.fill(0, from, from + 20)
    chmodSync(path, 0o600)
    writeFileSync(path, bytes)
    const told = await copied(part).catch((error: unknown) => error)
    expect(told).toBeInstanceOf(DamagedBlob)
    expect(String(told)).toContain('was damaged and has been removed')
    expect(existsSync(path)).toBe(false)
  })
})
