import { describe, expect, it } from '@jest/globals'
import {
  bodyCharacters,
  composeBody,
  idOf,
  isBodyOf,
  parseSections,
  roomFor,
  type Section,
} from '../../../src/action/comment/body.ts'
import { renderMarkdown } from '../../../src/report/markdown.ts'
import { attacks } from '../../fixtures/attacks.ts'
import { createHostileReport, createReport } from '../../fixtures/report.ts'

const comment = idOf('image', 'api')

function createSection(name: string, overrides: Partial<Section> = {}): Section {
  return {
    id: idOf(name),
    run: 12,
    attempt: 1,
    sha: 'a'.repeat(40),
    markdown: `### ✅ \`${name}\`: fine\n\nmore of it\n`,
    ...overrides,
  }
}

it('has an id for what it is about, and one alone', () => {
  expect(idOf('a', 'b')).toMatch(/^[0-9a-f]{16}$/)
  expect(new Set([idOf('a', 'b'), idOf('ab'), idOf('a,b'), idOf('b', 'a')]).size).toBe(4)
})

it('comes back as it was made, by the names of the images', () => {
  const [b, a] = [createSection('b'), createSection('a', { markdown: '### ❌ `a`: too large\n' })]
  const body = composeBody(comment, [b, a])
  expect(parseSections(body)).toEqual([a, b])
  expect(parseSections(body.replace(/\n/g, '\r\n'))).toEqual([a, b])
  expect(isBodyOf(comment, body)).toBe(true)
  expect(isBodyOf(comment, body.replace(/\n/g, '\r\n'))).toBe(true)
  expect(isBodyOf(idOf('other'), body)).toBe(false)
  expect(composeBody(comment, parseSections(body))).toBe(body)
})

it('keeps the order of two with one name, whatever their verdicts are', () => {
  const first = createSection('a', { id: '1'.repeat(16), markdown: '### ✅ `a` is within budget\n' })
  const second = createSection('a', { id: '2'.repeat(16), markdown: '### ❌ `a` is over budget\n' })
  const third = createSection('``b` c``', { markdown: '### ✅ ``` ``b` c`` ``` is within budget\n' })
  expect(parseSections(composeBody(comment, [third, second, first]))).toEqual([third, first, second])
  const better = { ...second, markdown: '### ➖ `a` a\n' }
  expect(parseSections(composeBody(comment, [better, third, first]))).toEqual([third, first, better])
})

it('has the later of two sections with one id', () => {
  const body = composeBody(comment, [createSection('a', { run: 13 }), createSection('a', { run: 12 })])
  expect(parseSections(body)).toEqual([createSection('a', { run: 13 })])
})

describe('what only looks like one', () => {
  it.each([
    `> <!-- pydeps-image comment=${comment} -->`,
    ` <!-- pydeps-image comment=${comment} -->`,
    `<!-- pydeps-image comment=${comment} --> and more`,
    `\n<!-- pydeps-image comment=${comment} -->`,
    `<!-- pydeps-image comment=${comment.toUpperCase()} -->`,
    '',
  ])('%j is none', (body) => {
    expect(isBodyOf(comment, body)).toBe(false)
  })

  it.each([
    ['run', '-1'],
    ['run', '1e3'],
    ['run', '9'.repeat(30)],
    ['attempt', ''],
    ['sha', 'main'],
    ['sha', `${'a'.repeat(40)} -->`],
    ['section', '../../etc'],
  ])('a section with the %s %j is none', (key, value) => {
    const body = composeBody(comment, [createSection('a')])
    expect(parseSections(body.replace(new RegExp(`${key}=[^ ]*`), `${key}=${value}`))).toEqual([])
  })

  it('a section without an end is none, and takes no other along', () => {
    const body = composeBody(comment, [createSection('a'), createSection('b')])
    const open = body.replace(`<!-- pydeps-image end=${idOf('a')} -->`, '')
    expect(parseSections(open)).toEqual([createSection('b')])
  })

  it('is read in time that grows with the text', () => {
    const open = `<!-- pydeps-image section=${idOf('a')} run=1 attempt=1 sha=${'a'.repeat(40)} -->\n`
    expect(parseSections(open.repeat(500))).toEqual([])
  })
})

it('no name in an image can be a mark', () => {
  const mark = composeBody(comment, [createSection('a')])
  for (const text of [...attacks, mark, mark.split('\n')[1] ?? '', `\n${mark}`, `a\u2028${mark}`]) {
    const own = createSection('own', { markdown: renderMarkdown(createHostileReport(text)) })
    expect(parseSections(composeBody(comment, [own]))).toMatchObject([{ id: own.id }])
  }
})

describe('what is too long', () => {
  const long = (name: string, length: number): Section =>
    createSection(name, { markdown: `### \`${name}\`\n${'x'.repeat(length)}\n` })

  it('keeps its first line, the longest first', () => {
    const body = composeBody(comment, [long('a', 40_000), long('b', 50_000), createSection('c')])
    expect(body.length).toBeLessThanOrEqual(bodyCharacters)
    const [a, b, c] = parseSections(body)
    expect(a?.markdown).toHaveLength(long('a', 40_000).markdown.length)
    expect(b?.markdown).toMatch(/^### `b`\n\nThere is no room for the rest/)
    expect(c).toEqual(createSection('c'))
  })

  it('has room enough for each, however many there are', () => {
    expect(roomFor([])).toBeGreaterThan(65_000)
    for (let count = 1; count <= 40; count += 1) {
      const others = Array.from({ length: count }, (_, i) => long(String(i), Math.floor(65_536 / count)))
      const room = roomFor(others)
      const own = createSection('own', { markdown: renderMarkdown(createReport(), { maxCharacters: room }) })
      expect(own.markdown.length).toBeLessThanOrEqual(room)
      const body = composeBody(comment, [...others, own])
      expect(body.length).toBeLessThanOrEqual(bodyCharacters)
      expect(parseSections(body)).toHaveLength(count + 1)
      expect(body).toContain(own.markdown)
    }
  })
})
