import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { actionYaml, inputsMarkdown, outputsMarkdown } from '../../src/action/metadata.ts'
import { inputTable } from '../../src/action/inputs-table.ts'
import { outputTable } from '../../src/action/outputs-table.ts'

const root = join(import.meta.dirname, '../..')

interface Metadata {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly required: boolean }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: Readonly<Record<string, string>>
}

describe('action.yml', () => {
  const metadata = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Metadata

  it('has the inputs and outputs of the code, and says what each is', () => {
    expect(metadata).toEqual(parse(actionYaml()))
    expect(Object.keys(metadata.inputs)).toEqual(Object.values(inputTable).map(({ name }) => name))
    expect(Object.keys(metadata.outputs)).toEqual(Object.keys(outputTable))
    for (const { description } of [...Object.values(metadata.inputs), ...Object.values(metadata.outputs)]) {
      expect(description).toMatch(/^\S.{20,}\.$/)
    }
  })

  it('runs the bundles on Node 24', () => {
    expect(metadata.runs).toEqual({
      using: 'node24',
      main: 'dist/main/index.js',
      post: 'dist/post/index.js',
    })
  })
})

it('makes tables whose bars are whole', () => {
  for (const text of [inputsMarkdown(), outputsMarkdown()]) {
    const columns = new Set(text.split('\n').map((line) => line.replace(/\\\|/g, '').split('|').length))
    expect(columns.size).toBe(1)
  }
  expect(inputsMarkdown()).toContain('| `mode` |')
})

it('is what the generator writes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
