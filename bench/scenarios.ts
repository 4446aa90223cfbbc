import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyExample, editApp, upgradeDependency } from '../scripts/example.ts'
import type { Compression, Contender } from './contenders.ts'

/** Something that is measured: what is prepared before each run is not timed. */
export interface Scenario {
  readonly name: string
  readonly compression: Compression
  run(contender: Contender, project: string, number: number): Promise<number>
}

/** `root` is the repository. Before the first run of each the contender has built the example as it is. */
export function scenarios(root: string): readonly Scenario[] {
  const cold = (compression: Compression): Scenario => ({
    name: `cold, ${compression}`,
    compression,
    run: (contender, project) => contender.buildCold(project, compression),
  })
  return [
    cold('gzip'),
    cold('zstd'),
    {
      name: 'app edited',
      compression: 'gzip',
      run(contender, project, number) {
        editApp(project, `edit ${number} of ${process.pid}`)
        return contender.build(project, 'gzip')
      },
    },
    {
      name: 'one dependency changed',
      compression: 'gzip',
      run(contender, project, number) {
        contender.restore()
        copyExample(root, project)
        upgradeDependency(root, project)
        // Never seen before, so that no kept step or answer fits it.
        appendFileSync(join(project, 'requirements.txt'), `# run ${number} of ${process.pid}\n`)
        return contender.build(project, 'gzip')
      },
    },
    {
      name: 'nothing changed',
      compression: 'gzip',
      run: (contender, project) => contender.build(project, 'gzip'),
    },
  ]
}
