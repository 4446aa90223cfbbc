import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { summary } from '../scripts/demo/builds.ts'
import { copyExample, editApp, editedFile, upgradeDependency } from '../scripts/example.ts'
import { findProgram } from '../scripts/program.ts'
import { createMeasurement } from './fixtures/measurement.ts'

const root = join(import.meta.dirname, '..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the example', () => {
  it('is upgraded by one pin with its hashes, and by nothing else', () => {
    const project = join(folder, 'web')
    copyExample(root, project)
    const before = readFileSync(join(project, 'requirements.txt'), 'utf8')
    const { name, from, to } = upgradeDependency(root, project)
    const after = readFileSync(join(project, 'requirements.txt'), 'utf8')
    expect(before).toContain(`\n${name}==${from} `)
    expect(after).toContain(`\n${name}==${to} `)
    expect(after).not.toContain(`${name}==${from} `)
    const pins = (text: string): string[] => text.match(/^\S+==\S+/gm) ?? []
    expect(pins(after)).toEqual(
      pins(before).map((pin) => (pin === `${name}==${from}` ? `${name}==${to}` : pin)),
    )
    expect(after.match(/^ {4}# via/gm)?.length).toBe(before.match(/^ {4}# via/gm)?.length)
  })

  it('cannot be upgraded twice', () => {
    const project = join(folder, 'web')
    copyExample(root, project)
    upgradeDependency(root, project)
    expect(() => upgradeDependency(root, project)).toThrow(/no upgrade/)
  })

  it('is edited in a copy', () => {
    const project = join(folder, 'web')
    copyExample(root, project)
    editApp(project, 'one line')
    const original = readFileSync(join(root, 'examples', 'web', editedFile), 'utf8')
    expect(readFileSync(join(project, editedFile), 'utf8')).toBe(`${original}\n# one line\n`)
  })
})

describe('findProgram', () => {
  const at = (path: string, minute: number): void => {
    const file = join(folder, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, '')
    utimesSync(file, minute * 60, minute * 60)
  }

  it('takes the bundle of a fresh checkout, whichever file was written last', () => {
    at('dist/cli/index.js', 100)
    at('src/a/b.ts', 100.5)
    expect(findProgram(folder).args).toEqual([join(folder, 'dist/cli/index.js')])
  })

  it('takes the sources when one of them is newer than the bundle', () => {
    at('dist/cli/index.js', 100)
    at('src/a/b.ts', 102)
    expect(findProgram(folder)).toMatchObject({
      args: [join(folder, 'src/cli.ts')],
      name: expect.stringContaining('older'),
    })
  })

  it('takes the sources when there is no bundle', () => {
    at('src/cli.ts', 100)
    expect(findProgram(folder).args).toEqual([join(folder, 'src/cli.ts')])
  })
})

describe('summary', () => {
  const measurement = createMeasurement()

  it('names what the first build made', () => {
    const own = measurement.layers.filter(({ part }) => part !== 'base').length
    expect(summary({ measurement, ms: 2410, report: '' })).toMatch(new RegExp(`^2.41 s: ${own} layers made`))
  })

  it('names the layers that the build before did not have, and their bytes', () => {
    const [layer, ...others] = measurement.layers
    if (layer === undefined) throw new Error('the fixture has no layers')
    const changed = {
      ...layer,
      digest: `sha256:${'e'.repeat(64)}`,
      createdBy: 'pydeps-image: app',
      download: 88_300,
    }
    const after = { measurement: { ...measurement, layers: [changed, ...others] }, ms: 1, report: '' }
    expect(summary(after, { measurement, ms: 1, report: '' })).toBe(
      `1 ms: 1 of ${measurement.layers.length} layers made (app); update download 88.3 kB`,
    )
  })
})
