import { Failure } from '../../failure.ts'

/**
 * Cuts zstd chunks where a frame ends (RFC 8878, sections 3.1.1 and 3.1.2): Node's decompressor takes a chunk that
 * goes on after a frame's end for the end of the stream. No byte is changed.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walker = new FrameWalker()
  for await (const chunk of chunks) {
    let from = 0
    let at = 0
    while (at < chunk.length) {
      const { bytes, endsFrame } = walker.step(chunk, at)
      at += bytes
      if (!endsFrame) continue
      yield chunk.subarray(from, at)
      from = at
    }
    if (at > from) yield chunk.subarray(from, at)
  }
}

type State = 'magic' | 'descriptor' | 'header' | 'block' | 'content' | 'skip-size' | 'skip'

/** Where in a frame the stream is; fields that a chunk's end cuts in two are gathered byte by byte. */
class FrameWalker {
  #state: State = 'magic'
  /** Bytes of the state's field still to come, and its value so far (little-endian). */
  #left = 4
  #value = 0
  #shift = 0
  #checksum = false
  #last = false

  /** Takes what the chunk has of the field at hand. */
  step(chunk: Uint8Array, at: number): { readonly bytes: number; readonly endsFrame: boolean } {
    const bytes = Math.min(this.#left, chunk.length - at)
    if (this.#state !== 'content' && this.#state !== 'skip' && this.#state !== 'header') {
      for (let i = at; i < at + bytes; i += 1) {
        this.#value += (chunk[i] ?? 0) * 2 ** this.#shift
        this.#shift += 8
      }
    }
    this.#left -= bytes
    let endsFrame = false
    while (this.#left === 0) endsFrame = this.#next() || endsFrame
    return { bytes, endsFrame }
  }

  /** The field is complete; true when a frame is. */
  #next(): boolean {
    const value = this.#value
    switch (this.#state) {
      case 'magic':
        if (value === 0xfd2fb528) this.#expect('descriptor', 1)
        else if (value >= 0x184d2a50 && value <= 0x184d2a5f) this.#expect('skip-size', 4)
        else throw new Failure('build', 'its zstd data is damaged: what follows a frame is no frame')
        return false
      case 'descriptor':
        this.#checksum = (value & 4) !== 0
        this.#expect('header', headerBytes(value))
        return false
      case 'header':
        this.#expect('block', 3)
        return false
      case 'block': {
        this.#last = (value & 1) !== 0
        const isRle = ((value >> 1) & 3) === 1
        this.#expect('content', (isRle ? 1 : value >> 3) + (this.#last && this.#checksum ? 4 : 0))
        return false
      }
      case 'content':
        this.#expect(this.#last ? 'magic' : 'block', this.#last ? 4 : 3)
        return this.#last
      case 'skip-size':
        this.#expect('skip', value)
        return false
      case 'skip':
        this.#expect('magic', 4)
        return true
    }
  }

  #expect(state: State, bytes: number): void {
    this.#state = state
    this.#left = bytes
    this.#value = 0
    this.#shift = 0
  }
}

/** Bytes of the frame header after its descriptor: window, dictionary id, content size. */
function headerBytes(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (single ? 0 : 1) + dictionary + content
}
