import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { commentInputs, commentOutputs } from '../src/action/handover/tables.ts'
import { actionYaml, commentActionYaml, inputsMarkdown, outputsMarkdown } from '../src/action/metadata.ts'
import { measurementJsonSchema } from './measurement-schema.ts'

/**
 * Writes the action.yml of both actions and the tables of inputs and outputs in README.md and docs/pull-requests.md
 * from the tables in src/action/, and the schema of a measurement from its definition. With --check nothing is written: it fails when one of them is not what its
 * source gives.
 */
const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const stale: string[] = []

await update('action.yml', () => actionYaml())
await update('README.md', (text) =>
  between(between(text, 'inputs', inputsMarkdown()), 'outputs', outputsMarkdown()),
)
await update('comment/action.yml', () => commentActionYaml())
await update('docs/pull-requests.md', (text) =>
  between(between(text, 'inputs', inputsMarkdown(commentInputs)), 'outputs', outputsMarkdown(commentOutputs)),
)
await update('docs/measurement.schema.json', () => measurementJsonSchema())
if (stale.length > 0) {
  console.error(`${stale.join(' and ')}: not as the sources say. Run \`npm run generate\`.`)
  process.exitCode = 1
}

async function update(name: string, change: (text: string) => string): Promise<void> {
  const path = join(root, name)
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const options = await resolveConfig(path)
  const after = await format(change(before), { ...options, filepath: path })
  if (before === after) return
  if (check) stale.push(name)
  else writeFileSync(path, after)
}

/** The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced. */
function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (text === '') return text
  if (from < 0 || to < from) throw new Error(`no ${start} with ${end} after it`)
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`
}
