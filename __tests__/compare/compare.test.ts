import { describe, expect, it } from '@jest/globals'
import { compare } from '../../src/compare/compare.ts'
import { isUnchanged } from '../../src/compare/delta.ts'
import type { Measurement } from '../../src/image/measurement.ts'
import {
  createDigest,
  createGrownMeasurement,
  createLayer,
  createMeasurement,
} from '../fixtures/measurement.ts'

const base = createMeasurement()
const head = createGrownMeasurement()
const delta = compare(head, base)

describe('figures', () => {
  it('are before, after and their difference', () => {
    expect(delta.figures.download).toEqual({
      kind: 'compared',
      before: 86_129_774,
      after: 120_628_002,
      delta: 34_498_228,
    })
    expect(delta.figures.environment).toMatchObject({ delta: 102_208_983 })
    expect(delta.parts.environment).toMatchObject({ delta: 102_208_983 })
    expect(delta.parts.base).toMatchObject({ delta: 0 })
  })

  it('are never compared across platforms', () => {
    const arm = createMeasurement({ image: { ...base.image, platform: 'linux/arm64' } })
    const { figures, parts, updateDownload, packages, timings, baseDrift } = compare(head, arm)
    const all = [
      ...Object.values(figures),
      ...Object.values(parts),
      updateDownload,
      ...timings.map(({ time }) => time),
    ]
    for (const figure of all) expect(figure).toMatchObject({ kind: 'incomparable' })
    expect(figures.download).toEqual({
      kind: 'incomparable',
      before: arm.sizes.download,
      after: head.sizes.download,
      reason: 'the baseline is for linux/arm64, this image for linux/amd64',
    })
    expect(baseDrift).toBeUndefined()
    // Versions can be told across platforms, sizes cannot.
    expect(packages).toMatchObject([
      { name: 'numpy', kind: 'changed', delta: undefined },
      { name: 'polars', kind: 'added', delta: undefined },
    ])
  })

  it('are compared across compressions where compression does not matter', () => {
    const zstd = createMeasurement({ basis: { ...base.basis, compression: 'zstd' } })
    const { figures, parts } = compare(head, zstd)
    expect(figures.download).toMatchObject({
      kind: 'incomparable',
      reason: "the baseline's layers are compressed with zstd, this image's compressed with gzip",
    })
    for (const figure of [figures.disk, figures.filesystem, figures.environment, parts.environment]) {
      expect(figure.kind).toBe('compared')
    }
  })

  it('are missing on the side that has none', () => {
    expect(delta.figures.startTime).toMatchObject({
      kind: 'incomparable',
      reason: 'this image has no start time',
    })
    const untimed = compare(head, createMeasurement({ timings: [] }))
    expect(untimed.figures.buildTime).toEqual({
      kind: 'incomparable',
      before: undefined,
      after: 5_120,
      reason: 'the baseline has no build time',
    })
  })

  it('are times of one kind', () => {
    const cached = createMeasurement({ timings: [{ step: 'total', ms: 400, cached: true }] })
    expect(compare(head, cached).figures.buildTime).toMatchObject({
      kind: 'incomparable',
      reason: 'the baseline was timed with caches, this image without',
    })
  })
})

describe('layers', () => {
  it('are kept or added by their digests, and the added ones are the update download', () => {
    expect(delta.layers.kept.map(({ digest }) => digest)).toEqual([1, 2, 4, 5, 6].map(createDigest))
    expect(delta.layers.added.map(({ digest }) => digest)).toEqual([7, 8].map(createDigest))
    expect(delta.layers.removed.map(({ digest }) => digest)).toEqual([createDigest(3)])
    expect(delta.updateDownload).toMatchObject({ kind: 'compared', after: 34_120_551 + 17_390_021 })
  })

  it('count once when an image has the same blob twice', () => {
    const [layer] = base.layers
    const twice = { ...createLayer({ digest: createDigest(9) }), download: 1000 }
    const doubled = createMeasurement({ layers: [layer ?? twice, twice, twice] })
    expect(compare(doubled, base).updateDownload).toMatchObject({ after: 1000 })
  })

  it('are a real update download across compressions when both sides know their blobs', () => {
    const zstd = { ...base.basis, compression: 'zstd' as const }
    expect(compare(head, createMeasurement({ basis: zstd })).updateDownload.kind).toBe('compared')
    const daemon = { compression: 'none' as const, source: 'docker-daemon' as const }
    expect(compare(head, createMeasurement({ basis: daemon })).updateDownload).toMatchObject({
      kind: 'incomparable',
      reason: expect.stringContaining('not compressed'),
    })
  })
})

describe('the base image', () => {
  const move = (change: Partial<Measurement['layers'][number]>): Measurement =>
    createMeasurement({ layers: base.layers.map((layer, i) => (i === 0 ? { ...layer, ...change } : layer)) })

  it('has not moved while its layers are the same', () => {
    expect(delta.baseDrift).toBeUndefined()
    expect(compare(move({ digest: createDigest(0x77) }), base).baseDrift).toBeUndefined()
  })

  it('is told apart when it did', () => {
    const moved = move({
      digest: createDigest(0x77),
      diffId: createDigest(0x78),
      download: 30_000_000,
      disk: 85_000_000,
    })
    expect(compare(moved, base).baseDrift).toEqual({
      download: 221_888,
      disk: -400_120,
      filesystem: -400_120,
      updateDownload: 30_000_000,
    })
  })

  it('is not known to have moved where one side does not know its base', () => {
    const unknown = createMeasurement({
      layers: base.layers.map((layer) => ({ ...layer, part: 'other' as const })),
    })
    expect(compare(unknown, base).baseDrift).toBeUndefined()
  })
})

describe('timings', () => {
  it('are step by step, with those of either side', () => {
    const other = createMeasurement({ timings: [{ step: 'solve', ms: 9, cached: false }] })
    expect(compare(head, other).timings.map(({ step, time }) => [step, time.kind])).toEqual([
      ['inspect', 'incomparable'],
      ['install', 'incomparable'],
      ['layers', 'incomparable'],
      ['total', 'incomparable'],
      ['solve', 'incomparable'],
    ])
    expect(delta.timings.at(-1)).toMatchObject({ step: 'total', time: { delta: 810 } })
  })
})

describe('isUnchanged', () => {
  it('is the same image, or one that differs in nothing', () => {
    expect(isUnchanged(compare(base, base))).toBe(true)
    expect(isUnchanged(compare(createMeasurement({ image: head.image }), base))).toBe(true)
  })

  it('is not one with other packages, layers or sizes', () => {
    const other = { image: head.image }
    expect(isUnchanged(delta)).toBe(false)
    expect(isUnchanged(compare(createMeasurement({ ...other, packages: [] }), base))).toBe(false)
    expect(isUnchanged(compare(createMeasurement({ ...other, layers: base.layers.slice(1) }), base))).toBe(
      false,
    )
    const sizes = { ...base.sizes, filesystem: base.sizes.filesystem + 1 }
    expect(isUnchanged(compare(createMeasurement({ ...other, sizes }), base))).toBe(false)
    const zstd = createMeasurement({ ...other, basis: { ...base.basis, compression: 'zstd' } })
    expect(isUnchanged(compare(zstd, base))).toBe(false)
  })
})
