import { truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { type Comparand, readComparand } from '../../src/engine/comparand.ts'
import { createImageContext } from '../../src/host/images/context.ts'
import { openStore } from '../../src/host/store/store.ts'
import { parsePlatform } from '../../src/image/platform.ts'
import { useFolder } from '../fixtures/folder.ts'
import { createMeasurement } from '../fixtures/measurement.ts'

const folder = useFolder()

async function read(name: string, platform?: string): Promise<Comparand> {
  const images = createImageContext({ env: {}, signal: new AbortController().signal })
  const context = { store: await openStore(folder('store')), images }
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  return readComparand(folder(name), wanted, context).finally(() => images.close())
}

describe('a measurement to compare with', () => {
  const amd = createMeasurement()
  const arm = createMeasurement({ image: { ...amd.image, platform: 'linux/arm64' } })

  it('is read from its file', async () => {
    await writeFile(folder('main.json'), JSON.stringify(amd))
    const { measurement, name, tree } = await read('main.json')
    expect(measurement).toEqual(amd)
    expect(name).toBe(folder('main.json'))
    expect((await tree()).bytes).toBe(amd.sizes.filesystem)
  })

  it('is read from its file, whatever that is called', async () => {
    await writeFile(folder('oci.json'), JSON.stringify(amd))
    const cwd = process.cwd()
    process.chdir(folder('.'))
    try {
      const images = createImageContext({ env: {}, signal: new AbortController().signal })
      const context = { store: await openStore(folder('store')), images }
      const { measurement } = await readComparand('oci.json', undefined, context)
      expect(measurement).toEqual(amd)
      await images.close()
    } finally {
      process.chdir(cwd)
    }
  })

  it('is of several the one for the platform', async () => {
    await writeFile(folder('main.json'), JSON.stringify([amd, arm]))
    expect((await read('main.json', 'linux/arm64')).measurement).toEqual(arm)
    await expect(read('main.json', 'linux/s390x')).rejects.toThrow(
      'main.json holds measurements for linux/amd64, linux/arm64',
    )
    await expect(read('main.json')).rejects.toMatchObject({ hint: 'say which one with --platform' })
    await writeFile(folder('none.json'), '[]')
    await expect(read('none.json')).rejects.toThrow('none.json holds measurements for nothing')
  })

  it('is not read when it is too large to be one', async () => {
    await writeFile(folder('main.json'), JSON.stringify(amd))
    await truncate(folder('main.json'), 100 * 2 ** 20)
    const before = process.memoryUsage().arrayBuffers
    await expect(read('main.json')).rejects.toThrow('main.json has 104857600 bytes')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20)
  })

  it('is missed by its name', async () => {
    await expect(read('no.json')).rejects.toThrow('there is no measurement')
  })
})
