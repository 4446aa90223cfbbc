import { describe, expect, it } from '@jest/globals'
import { giveBack, usedUp } from '../../../src/host/layers/decompress.ts'

describe('giving a chunk back', () => {
  it('frees its buffer, once nothing of it is still to come', () => {
    const whole = new Uint8Array(1000)
    giveBack(whole.subarray(0, 600))
    expect(whole).toHaveLength(1000)
    giveBack(whole.subarray(600))
    expect(whole).toHaveLength(0)
  })
})

describe('chunks that are used up', () => {
  it('are freed when the next is asked for, unless they share a buffer', async () => {
    const shared = new Uint8Array(1000)
    const chunks = [new Uint8Array(300), shared.subarray(0, 400), shared.subarray(400), new Uint8Array(200)]
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const chunk of chunks) yield await Promise.resolve(chunk)
    }
    const seen: number[] = []
    for await (const chunk of usedUp(source())) seen.push(chunk.length)
    expect(seen).toEqual([300, 400, 600, 200])
    expect(chunks.map(({ length }) => length)).toEqual([0, 400, 600, 0])
  })
})
