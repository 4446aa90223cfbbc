import { prose } from '../escape.ts'
import { figureRows } from '../figures.ts'
import type { ReportInput } from '../input.ts'
import { cell, markOf } from './cell.ts'
import type { Section } from './section.ts'
import { type Column, table } from './table.ts'

/** The table of figures, and why some of them are not compared. */
export function figures(input: ReportInput): Section {
  const rows = figureRows(input)
  const judged = rows.some(({ limit }) => limit !== '')
  const compared = input.delta !== undefined
  const columns: readonly Column[] = [
    ['', 'left'],
    ...(compared ? [['baseline', 'right'] as const] : []),
    ['this', 'right'],
    ...(compared ? [['delta', 'right'] as const, ['', 'right'] as const] : []),
    ...(judged ? [['budget', 'right'] as const] : []),
  ]
  const cells = rows.map(({ figure, before, after, delta: change, growth, limit, acceptedBy }) => [
    figure,
    ...(compared ? [before] : []),
    after,
    ...(compared ? [change === '' ? '' : `**${change}**`, growth] : []),
    ...(judged ? [acceptedBy === '' ? limit : `${limit}, accepted by ${cell(acceptedBy, 50)}`] : []),
  ])
  const reasons = rows.filter(({ reason }) => reason !== '')
  const why = reasons.map(({ figure, reason }) => `- ${figure} is not compared: ${prose(reason)}\n`).join('')
  return {
    rowName: 'figures',
    ...table(columns, cells),
    after: why === '' ? '\n' : `\n${why}\n`,
    importance: 10,
  }
}

/** The rules of the budget, each with its numbers. */
export function budget({ verdict }: ReportInput): Section {
  const rows = (verdict?.rules ?? []).map(({ rule, outcome, reason }) => [
    markOf(outcome),
    cell(rule.text, 120),
    outcome === 'skipped' ? `skipped: ${prose(reason, { inTable: true })}` : prose(reason, { inTable: true }),
  ])
  return {
    rowName: 'rules',
    ...table(
      [
        ['', 'left'],
        ['budget', 'left'],
        ['', 'left'],
      ],
      rows,
    ),
    after: '\n',
    importance: 8,
  }
}
