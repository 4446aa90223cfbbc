import type { Section } from './section.ts'

/** A section behind a fold; its title is safe HTML. */
export function folded(
  title: string,
  rowName: string,
  importance: number,
  { before, rows }: Pick<Section, 'before' | 'rows'>,
): Section {
  return {
    rowName,
    before: `<details><summary>${title}</summary>\n\n${before}`,
    rows,
    after: '\n</details>\n\n',
    importance,
  }
}
