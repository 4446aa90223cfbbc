import { describe, expect, it } from '@jest/globals'
import { giveBack } from '../../../src/host/layers/decompress.ts'

describe('giving a chunk back', () => {
  it('frees its buffer, once nothing of it is still to come', () => {
    const whole = new Uint8Array(1000)
    giveBack(whole.subarray(0, 600))
    expect(whole).toHaveLength(1000)
    giveBack(whole.subarray(600))
    expect(whole).toHaveLength(0)
  })
})
