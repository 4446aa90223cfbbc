import { describe, expect, it } from '@jest/globals'
import type { Metadata } from '../../src/image/metadata.ts'
import { findRequirers, requirementsAmong } from '../../src/image/required-by.ts'

/** Distributions by name, with what they require. */
function requirers(
  graph: Readonly<Record<string, readonly string[]>>,
  direct?: readonly string[],
): Record<string, [boolean, string[]]> {
  const distributions = Object.entries(graph).map(([name, requiresDist]) => ({
    name,
    metadata: { name, version: '1', requiresDist },
  }))
  return Object.fromEntries(
    [...findRequirers(distributions, direct)].map(([name, { direct, requiredBy }]) => [
      name,
      [direct, requiredBy.map((chain) => chain.join(' < '))],
    ]),
  )
}

describe('findRequirers', () => {
  it('tells the chain from a package to what the project requires', () => {
    const graph = {
      app: ['torch>=2'],
      torch: ['Filelock', 'numpy; python_version > "3"'],
      filelock: [],
      numpy: [],
    }
    expect(requirers(graph, ['App'])).toEqual({
      app: [true, []],
      torch: [false, ['app']],
      filelock: [false, ['torch < app']],
      numpy: [false, ['torch < app']],
    })
  })

  it('takes those that no other requires where the project says nothing', () => {
    expect(requirers({ a: ['b'], b: [], c: [] })).toEqual({ a: [true, []], b: [false, ['a']], c: [true, []] })
  })

  it("does not take what an extra asks for as the project's own", () => {
    const graph = {
      web: ['uvicorn[standard]'],
      uvicorn: ['uvloop; extra == "standard"', 'docs; extra == "docs"'],
      uvloop: ['deep'],
      deep: [],
      docs: [],
    }
    expect(requirers(graph)).toEqual({
      web: [true, []],
      uvicorn: [false, ['web']],
      uvloop: [false, ['uvicorn < web']],
      deep: [false, ['uvloop < uvicorn < web']],
      docs: [true, []],
    })
    const circle = { p: ['q', 'n; extra == "x"'], q: ['p[x]'], n: [] }
    expect(requirers(circle)).toEqual({ p: [false, []], q: [false, []], n: [true, []] })
  })

  it('tells up to three, the shortest first, of a direct one too', () => {
    const graph = { x: [], a: ['x'], b: ['x'], c: ['x'], d: ['x'], e: ['d'] }
    expect(requirers(graph, ['a', 'b', 'c', 'e', 'x'])['x']).toEqual([true, ['a', 'b', 'c']])
    expect(requirers(graph, ['b', 'e'])['x']).toEqual([false, ['b', 'd < e']])
  })

  it('ends where packages require each other', () => {
    expect(requirers({ a: ['b'], b: ['a', 'c'], c: ['b', 'c'] }, ['a'])).toEqual({
      a: [true, []],
      b: [false, ['a']],
      c: [false, ['b < a']],
    })
  })

  it('explains by an extra what nothing else explains', () => {
    const graph = {
      uvicorn: ['uvloop; extra == "standard"', 'click'],
      uvloop: ['deep', 'docs; extra == "docs"'],
      click: [],
      deep: [],
      docs: [],
    }
    expect(requirers(graph, ['uvicorn', 'click'])).toEqual({
      uvicorn: [true, []],
      uvloop: [false, ['uvicorn']],
      deep: [false, ['uvloop < uvicorn']],
      click: [true, ['uvicorn']],
      // An extra that nobody asks for explains nothing.
      docs: [false, []],
    })
  })

  it('believes an extra that is asked for more than another', () => {
    const graph = {
      aiohttp: ['yaml; extra == "test"'],
      server: ['uvicorn[standard]'],
      uvicorn: ["yaml; (python_version > '3') and extra == 'Standard'"],
      yaml: [],
    }
    expect(requirers(graph, ['aiohttp', 'server'])['yaml']).toEqual([false, ['uvicorn < server']])
    expect(requirers(graph, ['aiohttp', 'uvicorn[Standard]>=1'])['yaml']).toEqual([false, ['uvicorn']])
    expect(requirers(graph, ['aiohttp', 'uvicorn'])['yaml']?.[1]).toHaveLength(1)
  })

  it('says nothing of what the project does not reach', () => {
    expect(requirers({ a: [], pip: ['x'], x: [] }, ['a'])).toEqual({
      a: [true, []],
      pip: [false, []],
      x: [false, []],
    })
  })

  it('evaluates requirements as it is told', () => {
    const distributions = ['a', 'b'].map((name) => ({
      name,
      metadata: { name, version: '1', requiresDist: [] },
    }))
    const found = findRequirers(distributions, ['a'], ({ name }) => (name === 'a' ? ['B'] : []))
    expect(found.get('b')).toEqual({ direct: false, isRequired: true, requiredBy: [['a']] })
  })

  it('tells what nobody asks for from what the project or an extra does', () => {
    const distribution = (name: string, ...requiresDist: string[]): { name: string; metadata: Metadata } => ({
      name,
      metadata: { name, version: '1', requiresDist },
    })
    const distributions = [distribution('a', 'b[x]'), distribution('b', 'c; extra == "x"'), distribution('c')]
    const required = (direct?: readonly string[]): readonly string[] =>
      [...findRequirers(distributions, direct)].flatMap(([name, one]) => (one.isRequired ? [name] : []))
    expect(required()).toEqual(['b', 'c'])
    expect(required(['a'])).toEqual(['a', 'b', 'c'])
    expect(required([])).toEqual(['b', 'c'])
  })
})

describe('requirementsAmong', () => {
  const among = (graph: Readonly<Record<string, readonly string[]>>, direct?: readonly string[]): object =>
    Object.fromEntries(
      requirementsAmong(
        Object.entries(graph).map(([name, requiresDist]) => ({
          name,
          metadata: { name, version: '1', requiresDist },
        })),
        direct,
      ),
    )

  it('tells what each requires of the others, and nothing that is not there', () => {
    expect(among({ a: ['C', 'b>1', 'gone'], b: [], c: ['a'] })).toEqual({ a: ['b', 'c'], b: [], c: ['a'] })
  })

  it('takes the extras that someone asks for, and no other', () => {
    const graph = {
      u: ['click', 'loop; extra == "fast"', 'docs; extra == "docs"'],
      click: [],
      loop: [],
      docs: [],
    }
    expect(among({ web: ['u[fast]'], ...graph })).toMatchObject({ web: ['u'], u: ['click', 'loop'] })
    expect(among(graph, ['u[docs]'])).toMatchObject({ u: ['click', 'docs'] })
    expect(among(graph, ['u'])).toMatchObject({ u: ['click'] })
  })
})
