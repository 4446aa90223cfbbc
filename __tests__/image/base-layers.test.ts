import { describe, expect, it } from '@jest/globals'
import { baseByHistory, baseLayersByHistory } from '../../src/image/base-layers.ts'
import type { HistoryEntry } from '../../src/image/config.ts'
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

describe('baseByHistory', () => {
  const empty = (createdBy: string): HistoryEntry => ({ createdBy, emptyLayer: true })
  const python: readonly HistoryEntry[] = [
    { createdBy: "# debian.sh --arch 'amd64' out/ 'trixie' '@1762771200'" },
    empty('ENV PATH=/usr/local/bin:/usr/bin:/bin'),
    { createdBy: 'RUN /bin/sh -c set -eux; apt-get update # buildkit' },
    empty('ENV PYTHON_VERSION=3.13.9'),
    empty('ENV PYTHON_SHA256=c4c066af19c98fb7835d473bebd7e23be84f6e9874d47db9e39a68ee5d0ce35c'),
    { createdBy: 'RUN /bin/sh -c set -eux; wget -O python.tar.xz # buildkit' },
    { createdBy: 'RUN /bin/sh -c set -eux; for src in idle3 # buildkit' },
    empty('CMD ["python3"]'),
  ]
  const project: readonly HistoryEntry[] = [
    empty('WORKDIR /app'),
    { createdBy: 'COPY . . # buildkit' },
    empty('CMD ["python3"]'),
  ]
  const found = (history: readonly HistoryEntry[]): unknown => {
    const layers = history.filter(({ emptyLayer }) => emptyLayer !== true).length
    const diffIds = Array.from({ length: layers }, (_, i) => createDigest(i))
    return baseByHistory(createConfig({}, { history, diffIds }))
  }

  it('knows an official Python image by what it sets, builds and starts', () => {
    expect(found([...python, ...project])).toEqual({ layers: 4, is: 'an official Python image' })
    expect(found(python)).toBeUndefined()
    const classic = [...python.slice(0, -1), empty('/bin/sh -c #(nop)  CMD ["python3"]')]
    expect(found([...classic, ...project])).toMatchObject({ layers: 4 })
  })

  it('knows the operating system by its only layer', () => {
    const os = { layers: 1, is: 'the image of an operating system' }
    const add = '/bin/sh -c #(nop) ADD file:1b2c3d in / '
    expect(found([{ createdBy: add }, empty('/bin/sh -c #(nop)  CMD ["bash"]'), ...project])).toEqual(os)
    const alpine = 'ADD alpine-minirootfs-3.22.1-x86_64.tar.gz / # buildkit'
    expect(found([{ createdBy: alpine }, empty('CMD ["/bin/sh"]'), ...project])).toEqual(os)
    expect(found([{ createdBy: alpine }, ...project])).toBeUndefined()
    expect(found([{ createdBy: 'ADD app.tar.gz /app' }, empty('CMD ["sh"]'), ...project])).toBeUndefined()
  })

  it('needs both of what a Python image sets, in its order, before its start', () => {
    const without = (text: string): readonly HistoryEntry[] => [
      { createdBy: 'COPY rootfs / # buildkit' },
      ...python.slice(1).filter(({ createdBy }) => createdBy?.includes(text) !== true),
      { createdBy: 'COPY . . # buildkit' },
    ]
    expect(found(without('nothing'))).toMatchObject({ layers: 4 })
    for (const text of ['PYTHON_VERSION', 'PYTHON_SHA256', 'CMD'])
      expect(found(without(text))).toBeUndefined()
  })

  it('takes what was added here before everything else', () => {
    expect(found([...python, { createdBy: 'RUN pip' }, { createdBy: 'pydeps-image: app' }])).toEqual({
      layers: 5,
      is: undefined,
    })
  })
})
