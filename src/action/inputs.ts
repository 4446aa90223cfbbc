import * as core from '@actions/core'
import { Failure } from '../failure.ts'
import { type Given, parseGiven } from '../given.ts'
import type { Inputs } from '../inputs.ts'
import { refuseUnfitRunner, refuseUnsafeEvent } from './event.ts'
import { inputName, type InputRow, inputTable, type RunKey } from './inputs-table.ts'
import { type GivenSettings, parseSettings, type Settings } from './settings.ts'

/** What the inputs of a workflow file say of the run, and of what the action does around it. */
export interface ActionInputs {
  readonly inputs: Inputs
  readonly settings: Settings
}

/** The inputs that the runner hands over, on an event and a runner that this action runs on. Throws Failure (usage). */
export function loadInputs(env: NodeJS.ProcessEnv, cwd: string): ActionInputs {
  refuseUnsafeEvent(env['GITHUB_EVENT_NAME'])
  refuseUnfitRunner(env['RUNNER_OS'])
  return readInputs(core.getInput, { cwd })
}

/**
 * Reads the action's inputs through `read`, which gives `''` for what is not there. Relative paths are relative to
 * `cwd`. Throws Failure (usage) that names every problem at once.
 */
export function readInputs(read: (name: string) => string, { cwd }: { readonly cwd: string }): ActionInputs {
  const problems: string[] = []
  const given = Object.fromEntries(
    Object.entries(inputTable).map(([key, row]) => {
      const text = read(row.name).trim()
      return [key, text === '' ? undefined : valueOf(row, text, problems)]
    }),
  ) as Pick<Given, RunKey> & GivenSettings
  const { settings, against } = parseSettings(given, (problem) => problems.push(problem))
  const parsed = parseGiven({ ...given, against }, { cwd, spell: inputName })
  problems.push(...parsed.problems)
  if (!('inputs' in parsed) || problems.length > 0) throw inputsFailure(problems)
  return { inputs: parsed.inputs, settings }
}

function valueOf(
  { name, kind }: InputRow,
  text: string,
  problems: string[],
): string | readonly string[] | boolean {
  switch (kind) {
    case 'text':
      return text
    case 'list':
    case 'lines':
      return [text]
    case 'boolean': {
      // The core schema of YAML 1.2: a workflow file's own `yes` is text, not a truth.
      if (/^(?:true|True|TRUE)$/.test(text)) return true
      if (!/^(?:false|False|FALSE)$/.test(text)) {
        problems.push(`${name}: ${JSON.stringify(text)} is neither true nor false`)
      }
      return false
    }
  }
}

function inputsFailure(problems: readonly string[]): Failure {
  const [first = ''] = problems
  const message =
    problems.length === 1
      ? first
      : `${problems.length} problems in the inputs:\n${problems.map((each) => `- ${each.replace(/\n/g, '\n  ')}`).join('\n')}`
  return new Failure('usage', message, { hint: 'mend them under `with:` of the step in the workflow file' })
}
