import * as core from '@actions/core'
import { isAbsolute, relative } from 'node:path'
import { isAboutGrowth } from '../budget/rule.ts'
import { visible } from '../report/escape.ts'
import type { Told } from './told.ts'

/**
 * The verdict as annotations, and a failed one as the exit status: each rule that is broken, on the line that brought
 * the largest part of a growth where that is known; and what was accepted.
 */
export function annotate({ reports, verdict }: Told, workspace: string): void {
  const elsewhere: string[] = []
  for (const { name, verdict, cause } of reports) {
    const place = cause && placeIn(workspace, cause)
    for (const rule of verdict.rules) {
      const text = visible(`${name} is over budget: ${rule.rule.text}: ${rule.reason}`)
      const at = place && isAboutGrowth(rule.rule.condition) ? place : {}
      if (rule.acceptedBy !== undefined) core.notice(text)
      else if (rule.outcome === 'warn') core.warning(text, at)
      else if (rule.outcome === 'fail' && 'file' in at) core.error(text, at)
      else if (rule.outcome === 'fail') elsewhere.push(text)
    }
  }
  if (elsewhere.length > 0) core.setFailed(elsewhere.join('\n'))
  if (verdict === 'fail') process.exitCode = core.ExitCode.Failure
}

/** As GitHub names a file: relative to the repository. Undefined for one outside of it. */
function placeIn(
  workspace: string,
  { path, line }: NonNullable<Told['reports'][number]['cause']>,
): core.AnnotationProperties | undefined {
  const file = relative(workspace, path)
  if (file.startsWith('..') || isAbsolute(file)) return undefined
  return { file, startLine: line, title: 'Over budget' }
}
