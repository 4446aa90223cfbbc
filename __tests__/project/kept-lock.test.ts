import { describe, expect, test } from '@jest/globals'
import { parseKeptPackages, renderKeptPackages } from '../../src/project/kept-lock.ts'
import { parsePylock } from '../../src/project/pylock.ts'

const text = `lock-version = "1.0"
created-by = "test"

[[packages]]
name = "Six"
version = "1.17.0"
marker = "python_version >= '3.9'"
wheels = [{ url = "https://example.invalid/six-1.17.0-py2.py3-none-any.whl", upload-time = 2024-12-04T17:35:26Z, size = 11050, hashes = { sha256 = "47" } }]
sdist = { path = "six-1.17.0.tar.gz", upload-time = 2024-12-04T17:35:28Z, hashes = { sha256 = "ff" } }

[[packages]]
name = "app"
vcs = { type = "git", url = "https://example.invalid/app", commit-id = "c0ffee" }
`

describe('kept packages', () => {
  const { packages } = parsePylock(text)
  const kept = parseKeptPackages(renderKeptPackages(packages), 'lock')

  test('are what was locked, files, hashes and markers', () => {
    const plain = (all: typeof packages): unknown => all.map((one) => ({ ...one, table: undefined }))
    expect(plain(kept)).toEqual(plain(packages))
    expect(kept[1]).toEqual(packages[1])
  })

  test('have no dates, and are the same text again', () => {
    expect(kept[0]?.table['sdist']).toEqual({ path: 'six-1.17.0.tar.gz', hashes: { sha256: 'ff' } })
    expect(renderKeptPackages(kept)).toBe(renderKeptPackages(packages))
  })

  test('of another form name the lock', () => {
    expect(() => parseKeptPackages('{}', 'lock.toml')).toThrow('lock.toml: packages must be a list')
  })
})
