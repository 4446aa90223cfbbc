import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file of the example that an edit of the app touches. */
export const editedFile = 'src/web/app.py'

/** A fresh copy of examples/web. */
export function copyExample(root: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  cpSync(join(root, 'examples', 'web'), to, { recursive: true })
}

/** What a developer does all day: one file of the app is changed. `note` makes the change another one. */
export function editApp(project: string, note: string): void {
  appendFileSync(join(project, editedFile), `\n# ${note}\n`)
}

/** What a dependency update does: one block of requirements.txt is another one. Gives the name and both versions. */
export function upgradeDependency(
  root: string,
  project: string,
): { readonly name: string; readonly from: string; readonly to: string } {
  const block = readFileSync(join(root, 'examples', 'web-upgrade.txt'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim()
  const [, name = '', to = ''] = /^([\w.-]+)==(\S+)/.exec(block) ?? []
  const file = join(project, 'requirements.txt')
  const before = readFileSync(file, 'utf8')
  const pattern = new RegExp(`^${name}==(\\S+).*\\n(?:[ \\t]+--hash.*\\n)*`, 'm')
  const from = pattern.exec(before)?.[1]
  if (name === '' || from === undefined || from === to) {
    throw new Error(`examples/web-upgrade.txt (${name} ${to}) is no upgrade of what ${file} has`)
  }
  writeFileSync(file, before.replace(pattern, `${block}\n`))
  return { name, from, to }
}
