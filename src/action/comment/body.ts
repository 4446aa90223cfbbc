import { createHash } from 'node:crypto'
import { isLater, type RunMark } from './run-mark.ts'

/** What one job says in a comment. */
export interface Section extends RunMark {
  /** Id of the image, from {@link idOf}. */
  readonly id: string
  readonly markdown: string
}

/** Characters that GitHub takes in a comment's body. */
export const bodyCharacters = 65_536

/** Id of a comment or a section: 16 hexadecimal digits of what it is about. */
export function idOf(...names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)
}

// Each on a line of its own: no line of a report begins with a name, so no name can be one of these.
const start = (id: string): string => `<!-- pydeps-image comment=${id} -->`
const open = ({ id, run, attempt, sha }: Section): string =>
  `<!-- pydeps-image section=${id} run=${run} attempt=${attempt} sha=${sha} -->`
const close = (id: string): string => `<!-- pydeps-image end=${id} -->`

const sectionPattern =
  /^<!-- pydeps-image section=([0-9a-f]{16}) run=(\d{1,15}) attempt=(\d{1,9}) sha=([0-9a-f]{40,64}) -->\n(.*?)^<!-- pydeps-image end=\1 -->$/gms

/** Whether a body is of the comment with this id. What quotes it has the mark somewhere else. */
export function isBodyOf(id: string, body: string): boolean {
  return /^[^\r\n]*/.exec(body)?.[0] === start(id)
}

/** The sections of a body, whoever wrote it; the later one of two with one id. */
export function parseSections(body: string): readonly Section[] {
  const found: Section[] = []
  for (const match of body.replace(/\r\n/g, '\n').matchAll(sectionPattern)) {
    const [, id = '', run = '', attempt = '', sha = '', markdown = ''] = match
    found.push({ id, run: Number(run), attempt: Number(attempt), sha, markdown: markdown.trimEnd() + '\n' })
  }
  return latest(found)
}

/** One section of each id, the latest. */
export function latest(sections: readonly Section[]): readonly Section[] {
  const byId = new Map<string, Section>()
  for (const section of sections) {
    const other = byId.get(section.id)
    if (other === undefined || isLater(section, other)) byId.set(section.id, section)
  }
  return [...byId.values()]
}

/** A body of these sections, by the names of their images; those that are too long keep their first line. */
export function composeBody(id: string, sections: readonly Section[], limit = bodyCharacters): string {
  const ordered = [...sections].sort((a, b) => compareText(nameIn(a), nameIn(b)) || compareText(a.id, b.id))
  const shortened = new Set<Section>()
  const render = (): string =>
    [start(id), ...ordered.map((each) => renderSection(each, shortened.has(each)))].join('\n') + '\n'
  const byLength = [...ordered].sort((a, b) => b.markdown.length - a.markdown.length)
  let body = render()
  for (const section of byLength) {
    if (body.length <= limit) break
    shortened.add(section)
    body = render()
  }
  return body
}

/** Characters that a section with so many beside it may have, so that all of them fit. */
export function roomFor(others: readonly Section[]): number {
  const frame = 250
  const taken = others.reduce((sum, { markdown }) => sum + markdown.length, 0)
  const whole = bodyCharacters - frame * (others.length + 2)
  return Math.max(Math.floor(whole / (others.length + 1)), whole - taken)
}

function renderSection(section: Section, isShortened: boolean): string {
  const [first = ''] = section.markdown.split('\n')
  const text = isShortened
    ? `${first}\n\nThere is no room for the rest: it is in the summary of the job.\n`
    : section.markdown
  return `${open(section)}\n${text}\n${close(section.id)}`
}

/** The first code span; what stands around it changes with the verdict. */
function nameIn({ markdown }: Section): string {
  return /(`+)[^\n]*?[^`]\1(?!`)/.exec(markdown)?.[0] ?? ''
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
