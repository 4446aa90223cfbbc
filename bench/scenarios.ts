import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyExample, editApp, upgradeDependency } from '../scripts/example.ts'
import type { Contender, Wanted } from './contenders.ts'

/** Something that is measured: what is prepared before each run is not timed. */
export interface Scenario {
  readonly name: string
  readonly wanted: Wanted
  run(contender: Contender, project: string, number: number): Promise<number>
}

const file: Wanted = { compression: 'gzip', form: 'file' }
const folder: Wanted = { compression: 'gzip', form: 'folder' }

/** `root` is the repository. Before the first run of each the contender has built the example as it is. */
export function scenarios(root: string): readonly Scenario[] {
  return [
    cold('cold, gzip', file),
    cold('cold, zstd', { ...file, compression: 'zstd' }),
    appEdited('app edited', file),
    appEdited('app edited, to a folder', folder),
    oneDependency('one dependency changed', file, root),
    nothingChanged('nothing changed', file),
    nothingChanged('nothing changed, to a folder', folder),
  ]
}

function cold(name: string, wanted: Wanted): Scenario {
  return { name, wanted, run: (contender, project) => contender.buildCold(project, wanted) }
}

function appEdited(name: string, wanted: Wanted): Scenario {
  return {
    name,
    wanted,
    run(contender, project, number) {
      editApp(project, `edit ${number} of ${process.pid}, ${name}`)
      return contender.build(project, wanted)
    },
  }
}

function oneDependency(name: string, wanted: Wanted, root: string): Scenario {
  return {
    name,
    wanted,
    run(contender, project, number) {
      contender.restore()
      copyExample(root, project)
      upgradeDependency(root, project)
      // Never seen before, so that no kept step or answer fits it.
      appendFileSync(join(project, 'requirements.txt'), `# run ${number} of ${process.pid}\n`)
      return contender.build(project, wanted)
    },
  }
}

function nothingChanged(name: string, wanted: Wanted): Scenario {
  return { name, wanted, run: (contender, project) => contender.build(project, wanted) }
}
