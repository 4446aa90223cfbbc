import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Failure } from '../../src/failure.ts'
import { isFrozen, parseRequirements, type RequirementsItem } from '../../src/project/requirements.ts'
import { decodeRequirements } from '../../src/project/requirements-lines.ts'
import { createProjectFolder } from '../fixtures/project.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)

/** What pip itself reads from a file: requirement, hashes, editable or not. */
const oracle = `
import json, sys
from pip._internal.req.req_file import parse_requirements
from pip._internal.network.session import PipSession
print(json.dumps([[r.requirement, sorted(h for hs in [(r.options or {}).get('hashes', {})] for k in hs for h in [k + ':' + d for d in hs[k]]), r.is_editable]
                  for r in parse_requirements(sys.argv[1], session=PipSession())]))
`

describe('parseRequirements', () => {
  it('reads what pip reads', async () => {
    const text = [
      '# a comment',
      'flask==3.0.0   # with a reason',
      'requests[socks, security] >= 2.8.1, == 2.8.* ; python_version < "3.15"',
      `numpy==2.0.0 \\\n    --hash=sha256:${a} \\\n    --hash=sha256:${b}`,
      `scipy==1.0 --hash sha256:${a} # last`,
      'pip @ https://example.invalid/pip-1.0.zip',
      `six==1.16.0 \\\n    --hash=sha256:${b}`,
      'urllib3 \\',
      '  ==2.0 ; \\',
      '  sys_platform == "linux"',
      '',
      '   indented==1',
      'https://example.invalid/wheel-1.0-py3-none-any.whl',
      'git+https://example.invalid/repo.git@v1#egg=repo',
      'a==1',
    ].join('\r\n')
    const folder = await createProjectFolder({ 'requirements.txt': text })
    const output = execFileSync('python3', ['-c', oracle, join(folder, 'requirements.txt')], {
      encoding: 'utf8',
    })
    const expected = (JSON.parse(output) as [string, string[], boolean][]).map(
      ([requirement, hashes, editable]) => ({
        requirement: requirement.replace(/\s+/g, ''),
        hashes,
        editable,
      }),
    )
    const actual = parseRequirements(text, 'requirements.txt').items.map((item) => {
      if (item.kind !== 'named' && item.kind !== 'direct') throw new Error(item.kind)
      const hashes = item.hashes.map(({ algorithm, digest }) => `${algorithm}:${digest}`)
      return { requirement: item.text.replace(/\s+/g, ''), hashes, editable: false }
    })
    expect(actual).toEqual(expected)
    expect(actual).toHaveLength(11)
  })

  it('knows where each line began', () => {
    const { items } = parseRequirements(`\n\nflask==1 \\\n  --hash=sha256:${a}\n-r more.txt`, 'in/base.txt')
    expect(items.map((item) => item.place)).toEqual(['in/base.txt:3', 'in/base.txt:5'])
  })

  it('reads includes, local trees and archives', () => {
    const text = `-r base.txt
-c constraints.txt
--requirement=other.txt
-e .
-e ./library[one,Two]
.
.[extra]
../up ; python_version > "3.8"
./wheels/thing-1.0-py3-none-any.whl
-e git+https://example.invalid/repo@abc#egg=repo
--editable=file:///srv/tree
`
    expect(parseRequirements(text, 'r.txt').items.map(withoutPlace)).toEqual([
      { kind: 'include', path: 'base.txt', constraint: false },
      { kind: 'include', path: 'constraints.txt', constraint: true },
      { kind: 'include', path: 'other.txt', constraint: false },
      { kind: 'local', path: '.', extras: [], editable: true, marker: undefined },
      { kind: 'local', path: './library', extras: ['one', 'two'], editable: true, marker: undefined },
      { kind: 'local', path: '.', extras: [], editable: false, marker: undefined },
      { kind: 'local', path: '.', extras: ['extra'], editable: false, marker: undefined },
      { kind: 'local', path: '../up', extras: [], editable: false, marker: 'python_version > "3.8"' },
      {
        kind: 'direct',
        address: './wheels/thing-1.0-py3-none-any.whl',
        marker: undefined,
        hashes: [],
        text: './wheels/thing-1.0-py3-none-any.whl',
      },
      {
        kind: 'direct',
        address: 'git+https://example.invalid/repo@abc#egg=repo',
        marker: undefined,
        hashes: [],
        text: 'git+https://example.invalid/repo@abc#egg=repo',
      },
      { kind: 'local', path: '/srv/tree', extras: [], editable: true, marker: undefined },
    ])
  })

  it('collects the options of the index', () => {
    const text = `-i https://one.example.invalid/simple
--extra-index-url https://two.example.invalid/simple
--extra-index-url=https://three.example.invalid/simple
--find-links ./wheels
--no-index
--trusted-host two.example.invalid
--pre
--no-binary :all:
--no-binary :none:
--no-binary A_b,c
--only-binary=:all:
--prefer-binary
--require-hashes
`
    expect(parseRequirements(text, 'r.txt').options).toEqual({
      indexUrl: 'https://one.example.invalid/simple',
      extraIndexUrls: ['https://two.example.invalid/simple', 'https://three.example.invalid/simple'],
      findLinks: ['./wheels'],
      noIndex: true,
      trustedHosts: ['two.example.invalid'],
      pre: true,
      noBinary: ['a-b', 'c'],
      onlyBinary: [':all:'],
      requireHashes: true,
    })
  })

  it('replaces variables that have a value', () => {
    const text = '--index-url https://${USER}:${TOKEN}@example.invalid/\n# ${USER}\nflask==${VERSION}'
    const variables = { USER: 'me', TOKEN: 'secret', VERSION: '3.0', user: 'no' }
    const { options, items } = parseRequirements(text, 'r.txt', variables)
    expect(options.indexUrl).toBe('https://me:secret@example.invalid/')
    expect(items).toMatchObject([{ text: 'flask==3.0' }])
    expect(parseRequirements('-i https://${MISSING}@x.invalid/$HOME', 'r').options.indexUrl).toBe(
      'https://${MISSING}@x.invalid/$HOME',
    )
  })

  it.each([
    ['flask\n\n--no-such-option x', 'r.txt:3: --no-such-option is not an option of a requirements file'],
    ['flask==1 --no-such x', 'r.txt:1: --no-such is not an option of a requirement'],
    ['flask==1 --no-such', 'r.txt:1: "flask==1 --no-such" has an option that is not known'],
    ['-r', 'r.txt:1: -r needs the path of a file'],
    ['--index-url', 'r.txt:1: --index-url needs a value'],
    [`flask==1 \\\n# between\n--hash=sha256:${a}`, 'r.txt:3: --hash is not an option of a requirements file'],
    ['-e flask', 'r.txt:1: an editable requirement must be a path or a repository, not flask'],
    ['flask=1', 'r.txt:1: requirement "flask=1" is not valid: "=1" is no version specifier'],
    [
      'flask==1 --hash=sha256:abc',
      'r.txt:1: hash "sha256:abc" is not sha256, sha384 or sha512 with all its digits',
    ],
    ['flask==1 --hash=md5:' + 'a'.repeat(32), 'r.txt:1: hash "md5:'],
    ['flask ; os == "x"', 'r.txt:1: environment marker'],
    ['<<<<<<< HEAD', 'r.txt:1: requirement "<<<<<<< HEAD" is not valid: it does not start with a name'],
  ])('refuses %j with its place', (text, message) => {
    const parse = (): unknown => parseRequirements(text, 'r.txt')
    expect(parse).toThrow(Failure)
    expect(parse).toThrow(message)
  })
})

describe('isFrozen', () => {
  const commit = 'c'.repeat(40)
  it.each([
    [`flask==1 --hash=sha256:${a}`, true],
    [`flask==1 --hash=sha256:${a}\n-e .`, true],
    [`flask===1 --hash=sha256:${a}`, true],
    [`https://example.invalid/a-1-py3-none-any.whl --hash=sha256:${a}`, true],
    [`a @ https://example.invalid/a-1-py3-none-any.whl#sha256=${a}`, true],
    [`a @ git+https://example.invalid/a@${commit}`, true],
    ['flask==1', false],
    [`flask==1.* --hash=sha256:${a}`, false],
    [`flask>=1 --hash=sha256:${a}`, false],
    [`flask==1,!=2 --hash=sha256:${a}`, false],
    [`flask==1 --hash=sha256:${a}\njinja2`, false],
    ['a @ git+https://example.invalid/a@main', false],
    ['-e .', false],
  ])('%j: %s', (text, frozen) => {
    expect(isFrozen(parseRequirements(text, 'r.txt').items as never)).toBe(frozen)
  })
})

describe('decodeRequirements', () => {
  it('reads what Windows writes', () => {
    expect(decodeRequirements(Buffer.from('\uFEFFflask==1\r\n', 'utf16le'))).toBe('flask==1\r\n')
    expect(decodeRequirements(Buffer.from('\uFEFFflask==1\n', 'utf16le').swap16())).toBe('flask==1\n')
    expect(decodeRequirements(Buffer.from('\uFEFFflask==1\n'))).toBe('flask==1\n')
  })

  it('reads a declared encoding, and Latin-1 where it is not UTF-8', () => {
    expect(decodeRequirements(Buffer.from('# -*- coding: latin-1 -*-\n# \xe9', 'latin1'))).toContain('# é')
    expect(decodeRequirements(Buffer.from('# \xe9\nflask', 'latin1'))).toBe('# é\nflask')
    expect(decodeRequirements(Buffer.from('# coding: no-such\n# é'))).toContain('# é')
  })
})

function withoutPlace(item: RequirementsItem): object {
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'place'))
}
