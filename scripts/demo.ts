import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure } from '../src/failure.ts'
import { findBase } from './demo/base.ts'
import { build, BuildFailed, type Demo, summary } from './demo/builds.ts'
import { copyExample, editApp, editedFile, upgradeDependency } from './example.ts'
import { findProgram } from './program.ts'

/**
 * Builds examples/web three times, as it is, with an edit of the app and with a dependency upgraded, and shows the
 * report of the last image against the first. Everything is written to demo-out/.
 */
const root = join(import.meta.dirname, '..')
const out = join(root, 'demo-out')
const say = (line = ''): void => console.log(line)

try {
  await demo()
} catch (error) {
  if (error instanceof Failure) {
    console.error(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`)
    process.exitCode = 3
  } else if (error instanceof BuildFailed) {
    process.exitCode = error.status
  } else throw error
}

async function demo(): Promise<void> {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out)
  const program = findProgram(root)
  const base = await findBase(root, say)
  const project = join(out, 'web')
  copyExample(root, project)
  say(`project  examples/web, copied to demo-out/web`)
  say(`program  ${program.name}`)
  say(`base     ${base.origin}`)

  const context: Demo = { program, base: base.reference, out }
  say('\n1. The first build: nothing is kept from before')
  const first = build(context, 'first')
  say(`  ${summary(first)}`)

  editApp(project, 'a comment more')
  say(`\n2. The app edited: ${editedFile}`)
  const second = build(context, 'second')
  say(`  ${summary(second, first)}`)

  const { name, from, to } = upgradeDependency(root, project)
  say(`\n3. One dependency upgraded: ${name} ${from} → ${to}`)
  const reports = ['--markdown', 'report.md', '--html', 'report.html']
  const last = build(context, 'last', ['--against', 'first.json', ...reports])
  say(`  ${summary(last, second)}`)

  say(`\nThe report of the last image against the first:\n\n${last.report}`)
  say('All of it is in demo-out/:')
  say('  image         the image, as an OCI layout')
  say('  report.html   this report as a page, with a map of the image')
  say('  report.md     this report as markdown, as it is in a job summary')
  say('  last.json     the measurement, as JSON')
  if (hasDocker()) {
    const tool = program.args.map((file) => relative(root, file)).join(' ')
    say('Run it:')
    say(`  node ${tool} build demo-out/web --output docker-daemon:demo --base ${base.reference}`)
    say('  docker run --rm -p 8000:8000 demo')
  }
}

function hasDocker(): boolean {
  return spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 5_000 }).status === 0
}
