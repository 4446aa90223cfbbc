import { headline } from './headline.ts'
import type { ReportInput } from './input.ts'
import { styleFor } from './style.ts'
import { changes, systemChanges } from './text/changes.ts'
import { layers, packages } from './text/contents.ts'
import { figures, parts, trend } from './text/figures.ts'
import { head, notes, outputs, rules } from './text/frame.ts'
import type { Page } from './text/page.ts'
import { waste } from './text/waste.ts'

interface Options {
  readonly colour?: boolean
  /** Columns that a line may take; at least 72. */
  readonly columns?: number
  /** Rows of a list before it is cut. */
  readonly rows?: number
}

/** The report for a terminal: plain lines, or with colours, none wider than `columns`; ends with a line end. */
export function renderText(
  input: ReportInput,
  { colour = false, columns: asked = 80, rows = 12 }: Options = {},
): string {
  const columns = Math.max(72, asked)
  const page: Page = { input, style: styleFor(colour), columns, rows }
  const { quiet } = headline(input)
  const sections = quiet
    ? [head(page), notes(page), outputs(page)]
    : [
        head,
        rules,
        figures,
        trend,
        parts,
        changes,
        systemChanges,
        packages,
        waste,
        layers,
        notes,
        outputs,
      ].map((section) => section(page))
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}
