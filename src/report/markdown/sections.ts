import type { ReportInput } from '../input.ts'
import { drift, packageChanges, smallerChanges, systemChanges, wasteChanges } from './changes.ts'
import { layers, packages, parts, waste } from './contents.ts'
import { budget, figures } from './figures.ts'
import { notes, outputs, steps, trend } from './run.ts'
import type { Section } from './section.ts'

/** Everything below the headline, in the order it is read. */
export function sections(input: ReportInput): readonly Section[] {
  return [
    notes,
    figures,
    budget,
    drift,
    packageChanges,
    smallerChanges,
    systemChanges,
    wasteChanges,
    trend,
    parts,
    packages,
    waste,
    layers,
    steps,
    outputs,
  ]
    .map((section) => section(input))
    .filter(({ rows }) => rows.length > 0)
}
