import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { listLayers } from '../../src/engine/listings.ts'
import { openImage } from '../../src/host/images/open.ts'
import { openStore } from '../../src/host/store/store.ts'
import { parseImageReference } from '../../src/image/reference.ts'
import { Failure } from '../../src/failure.ts'
import { withContext } from '../fixtures/context.ts'
import { useFolder } from '../fixtures/folder.ts'
import { layoutOf, tarLayer } from '../fixtures/hostile-image.ts'
import { createImage } from '../fixtures/tiny-image.ts'
import { archiveOf, createClassicArchive } from '../fixtures/tiny-sources.ts'

describe('an archive that was cut off', () => {
  const path = useFolder()

  it.each([
    [
      'oci-archive',
      archiveOf(layoutOf([tarLayer([['etc/a', 'abc']]), tarLayer([['etc/b', 'x'.repeat(2000)]])])),
    ],
    ['docker-archive', createClassicArchive(createImage({ layers: [[['etc/a', 'abc']], [['etc/b', 'b']]] }))],
  ] as const)('is refused at every 512 bytes: %s', async (transport, archive) => {
    let whole = 0
    for (let length = 0; length < archive.length; length += 512) {
      await writeFile(path('image.tar'), archive.subarray(0, length))
      const reading = withContext(async (context) => {
        const image = await openImage(
          parseImageReference(`${transport}:${path('image.tar')}`),
          undefined,
          context,
        )
        const listings = await listLayers(image, await openStore(path(`store-${length}`)), () => undefined)
        expect(listings.map(({ entries }) => entries.length)).toEqual([1, 1])
      })
      const error: unknown = await reading.then(
        () => undefined,
        (caught: unknown) => caught,
      )
      if (error === undefined) whole += 1
      else expect(error).toBeInstanceOf(Failure)
    }
    // Without the zeros at its end nothing is missing.
    expect(whole).toBe(2)
  })
})
