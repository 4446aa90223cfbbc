import { describe, expect, it } from '@jest/globals'
import { baseLayersByHistory } from '../../src/image/base-layers.ts'
import { createConfig, createDigest } from '../fixtures/image.ts'

function baseLayers(createdBy: readonly (string | undefined)[], layers: number): number | undefined {
  const history = createdBy.map((line) => (line === undefined ? { emptyLayer: true } : { createdBy: line }))
  const diffIds = Array.from({ length: layers }, (_, i) => createDigest(i))
  return baseLayersByHistory(createConfig({}, { history, diffIds }))
}

describe('baseLayersByHistory', () => {
  it('counts the layers below the ones that were added here', () => {
    expect(baseLayers(['debian', undefined, 'python', 'pydeps-image: numpy', 'pydeps-image: app'], 4)).toBe(2)
    expect(baseLayers(['pydeps-image: app'], 1)).toBe(0)
  })

  it('does not know an image of something else', () => {
    expect(baseLayers(['debian', 'RUN pip install'], 2)).toBeUndefined()
    expect(baseLayers(['debian', 'pydeps-image: app', 'RUN rm'], 3)).toBeUndefined()
    expect(baseLayers(['debian', 'pydeps-image: app'], 3)).toBeUndefined()
    expect(baseLayers([], 0)).toBeUndefined()
  })
})
