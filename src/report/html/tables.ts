import type { ReportInput } from '../input.ts'
import { layers } from './layers.ts'
import { packages, systemPackages } from './packages.ts'
import { render } from './table.ts'
import { waste } from './waste.ts'

/** All that is known of the image as tables, each behind a fold. */
export function tables(input: ReportInput): string {
  return [packages, waste, layers, systemPackages].map((table) => render(table(input))).join('\n')
}
