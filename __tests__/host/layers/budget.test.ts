import { describe, expect, it } from '@jest/globals'
import { LayerBudget } from '../../../src/host/layers/budget.ts'
import { listLayer } from '../../../src/host/layers/read.ts'
import { createTar, type TinyTar } from '../../fixtures/tar.ts'

async function* chunks(tar: TinyTar): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(createTar(tar))
}

describe('the names in a layer', () => {
  const budget = (): LayerBudget => new LayerBudget({ names: 40, folders: 5 })

  it('may have so many characters together, with what they link to', async () => {
    const tar: TinyTar = [['a', { type: 'symlink', linkname: 'b'.repeat(39) }]]
    expect((await listLayer(chunks(tar), { budget: budget() })).entries).toHaveLength(1)
    await expect(listLayer(chunks([...tar, ['c', 'x']]), { budget: budget() })).rejects.toThrow(
      'it has names of more than 40 characters together',
    )
  })

  it('may lie in so many folders, whether an entry names them or not', async () => {
    const tar: TinyTar = [
      ['a/b/c/d/e/f', 'x'],
      ['a/b/g', 'x'],
      ['a/b/c/h', 'x'],
    ]
    expect((await listLayer(chunks(tar), { budget: budget() })).entries).toHaveLength(3)
    await expect(listLayer(chunks([...tar, ['i/j', 'x']]), { budget: budget() })).rejects.toThrow(
      'it has more than 5 folders',
    )
  })

  it('count in a layer that is known already as in one that is read', async () => {
    const known = await listLayer(chunks([['a/b/c/d/e/f', 'x']]))
    const both = budget()
    both.known(known, 'an image')
    expect(() => both.known(known, 'an image')).not.toThrow()
    const deeper = await listLayer(chunks([['a/b/c/d/e/f/g', 'x']]))
    expect(() => both.known(deeper, 'an image')).toThrow('an image has more than 5 folders')
  })
})
