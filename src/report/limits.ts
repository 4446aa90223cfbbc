import { timeFigures } from '../budget/figures.ts'
import type { Condition, Figure } from '../budget/rule.ts'
import type { Verdict } from '../budget/verdict.ts'
import { formatBytes } from '../units/bytes.ts'
import { formatDuration } from '../units/duration.ts'

/** Limits that rules set to each figure, as they were written in short: `250 MB`, `+5%`; nothing without a rule. */
export function limitsOf(verdict: Verdict | undefined): ReadonlyMap<string, string> {
  const limits = new Map<string, Set<string>>()
  for (const { rule } of verdict?.rules ?? []) {
    for (const { figure, text } of limitsIn(rule.condition)) {
      const known = limits.get(figure)
      if (known) known.add(text)
      else limits.set(figure, new Set([text]))
    }
  }
  return new Map([...limits].map(([figure, texts]) => [figure, [...texts].join(', ')]))
}

function limitsIn(condition: Condition): readonly { readonly figure: Figure; readonly text: string }[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(limitsIn)
    case 'above':
      return [{ figure: condition.figure, text: formatFigure(condition.figure, condition.limit) }]
    case 'grows': {
      const { figure, by, unit } = condition
      return [{ figure, text: unit === 'percent' ? `+${by}%` : `+${formatFigure(figure, by)}` }]
    }
  }
}

function formatFigure(figure: Figure, value: number): string {
  return timeFigures.includes(figure) ? formatDuration(value) : formatBytes(value)
}

/** Labels of the pull request by which the growth of each figure was accepted. */
export function acceptedOf(verdict: Verdict | undefined): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  for (const { rule, acceptedBy } of verdict?.rules ?? []) {
    if (acceptedBy === undefined) continue
    for (const figure of grownIn(rule.condition)) labels.set(figure, acceptedBy)
  }
  return labels
}

/** Figures whose growth a condition is about; the update download is growth itself. */
function grownIn(condition: Condition): readonly Figure[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(grownIn)
    case 'above':
      return condition.figure === 'update download' ? [condition.figure] : []
    case 'grows':
      return [condition.figure]
  }
}
