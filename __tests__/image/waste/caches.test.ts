import { describe, expect, it } from '@jest/globals'
import { createCaches } from '../../../src/image/waste/caches.ts'

function cacheOf(path: string, ...env: string[]): string | undefined {
  const cache = createCaches(env)(path)
  return cache && `${cache.of} in ${cache.place}`
}

describe('createCaches', () => {
  it.each([
    ['root/.cache/pip/http-v2/a/b', 'pip in root/.cache/pip'],
    ['home/app/.cache/uv/wheels-v5/x.whl', 'uv in home/app/.cache/uv'],
    ['root/.cache/pypoetry/artifacts/a.whl', 'Poetry in root/.cache/pypoetry/artifacts'],
    ['root/.cache/pypoetry/cache/a', 'Poetry in root/.cache/pypoetry/cache'],
    ['root/.npm/_cacache/a', 'npm in root/.npm'],
    ['opt/miniconda3/pkgs/a.conda', 'conda in opt/miniconda3/pkgs'],
    ['root/.cargo/registry/a', 'Cargo in root/.cargo/registry'],
    ['var/lib/apt/lists/mirror.example_debian_dists', "apt's package lists in var/lib/apt/lists"],
    ['var/cache/apt/archives/a.deb', 'apt in var/cache/apt'],
    ['var/cache/apk/APKINDEX', 'apk in var/cache/apk'],
    ['app/.mypy_cache/3.13/a.json', 'development tools in app/.mypy_cache'],
  ])('%s', (path, expected) => {
    expect(cacheOf(path)).toBe(expected)
  })

  it.each([
    // Read when the program runs.
    'root/.cache/huggingface/hub/model.bin',
    'root/.cache/pypoetry/virtualenvs/app/bin/python',
    'root/.cache/pip',
    'root/.cache/pipx/a',
    'app/cache/pip/a',
    'srv/var/lib/apt/lists/a',
    'opt/pkgs/a',
  ])('%s is in none', (path) => {
    expect(cacheOf(path)).toBeUndefined()
  })

  it('goes by the variables of the image', () => {
    expect(cacheOf('cache/pip/a', 'XDG_CACHE_HOME=/cache')).toBe('pip in cache/pip')
    expect(cacheOf('cache/pip/a')).toBeUndefined()
    expect(cacheOf('tmp/uv/a/b', 'UV_CACHE_DIR=/tmp/uv/')).toBe('uv in tmp/uv')
    expect(cacheOf('var/poetry/cache/a', 'POETRY_CACHE_DIR=/var/poetry')).toBe('Poetry in var/poetry/cache')
    expect(cacheOf('var/poetry/virtualenvs/a', 'POETRY_CACHE_DIR=/var/poetry')).toBeUndefined()
    // The last of a name counts.
    expect(cacheOf('a/x', 'UV_CACHE_DIR=/a', 'UV_CACHE_DIR=/b')).toBeUndefined()
  })

  it.each(['/', '', 'relative', '/../..', '/.'])('a variable that says %j names no cache', (value) => {
    expect(cacheOf('app/main.py', `UV_CACHE_DIR=${value}`, `XDG_CACHE_HOME=${value}`)).toBeUndefined()
    expect(cacheOf('relative/main.py', `UV_CACHE_DIR=${value}`)).toBeUndefined()
  })

  it('takes a folder for what it is called, whatever signs are in it', () => {
    expect(cacheOf('a.c/x', 'UV_CACHE_DIR=/a.c')).toBe('uv in a.c')
    expect(cacheOf('abc/x', 'UV_CACHE_DIR=/a.c')).toBeUndefined()
    expect(cacheOf('(a+/x', 'UV_CACHE_DIR=/(a+')).toBe('uv in (a+')
    expect(cacheOf('a-b]/x', 'UV_CACHE_DIR=/a-b]')).toBe('uv in a-b]')
  })
})
