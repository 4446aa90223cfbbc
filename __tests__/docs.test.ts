import { describe, expect, it } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly on?: unknown
  readonly permissions?: unknown
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

/** What a page shows as YAML: whole workflows, and steps alone. */
function shown(page: string): readonly unknown[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, yaml = '']) => parse(yaml) as unknown)
}

function stepsOf(document: unknown): readonly Step[] {
  if (Array.isArray(document)) return document as readonly Step[]
  return Object.values((document as Workflow | null)?.jobs ?? {}).flatMap(({ steps }) => steps)
}

/** The metadata of our own actions, by the name that workflows use. */
const ours = Object.fromEntries(
  ['', '/comment'].map((folder) => [
    `org/pydeps-image${folder}`,
    parse(readFileSync(join(root, folder, 'action.yml'), 'utf8')) as { readonly inputs: object },
  ]),
)

const pages = ['README.md', ...globSync('docs/*.md', { cwd: root }).sort()]

describe.each(pages)('what %s shows', (page) => {
  const steps = shown(page).flatMap(stepsOf)

  it('names inputs that there are', () => {
    for (const { uses = '', with: given = {} } of steps) {
      const [name = '', version] = uses.split('@')
      const metadata = ours[name]
      if (metadata === undefined) expect(name).not.toContain('pydeps-image')
      else {
        expect(version).toBe('v1')
        expect(Object.keys(metadata.inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
      }
    }
  })
})

describe.each(pages)('a workflow that %s shows', (page) => {
  const workflows = shown(page).filter((one): one is Workflow => Object(one) === one && 'jobs' in Object(one))

  it('says what its token may do, and leaves no token in the checkout', () => {
    for (const workflow of workflows) {
      expect(workflow.permissions).toBeDefined()
      for (const { uses = '', with: given } of stepsOf(workflow)) {
        if (uses.startsWith('actions/checkout@'))
          expect(given).toMatchObject({ 'persist-credentials': false })
      }
    }
  })

  it('checks nothing out where another run has ended', () => {
    for (const workflow of workflows) {
      if (!('workflow_run' in Object(workflow.on))) continue
      expect(stepsOf(workflow).map(({ uses }) => uses)).toEqual(['org/pydeps-image/comment@v1'])
    }
  })
})

it('there are workflows to look at', () => {
  const used = pages.flatMap((page) => shown(page).flatMap(stepsOf)).map(({ uses }) => uses)
  expect(used).toEqual(expect.arrayContaining(['org/pydeps-image@v1', 'org/pydeps-image/comment@v1']))
})
