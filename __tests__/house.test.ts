import { describe, expect, it } from '@jest/globals'
import { ESLint } from 'eslint'
import { join } from 'node:path'
import tseslint from 'typescript-eslint'
// @ts-expect-error The rules are plain JavaScript, as ESLint wants its configuration.
import untypedRooms from '../eslint.rooms.js'

const rooms = untypedRooms as NonNullable<ESLint.Options['overrideConfig']>[]
const root = join(import.meta.dirname, '..')
const lint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
    ...rooms.flat(),
  ] as never,
})

/** Rules that a text breaks when it stands in that file. */
async function broken(file: string, text: string): Promise<readonly (string | null)[]> {
  const [result] = await lint.lintText(`${text}\n`, { filePath: join(root, file) })
  const messages = result?.messages ?? []
  for (const { fatal, message } of messages) if (fatal === true) throw new Error(message)
  return messages.map(({ ruleId }) => ruleId)
}

const order = ['report', 'budget', 'compare', 'strategy', 'recipe', 'project', 'image', 'tar', 'units']

describe('an arrow points down', () => {
  const upward: readonly (readonly [room: string, target: string])[] = [
    ['run', 'cli'],
    ['run', 'main'],
    ['run', 'post'],
    ['run', 'comment'],
    ['run', 'cache'],
    ['run', 'job'],
    ['run', 'perform'],
    ...['action', 'terminal', 'host', 'engine', ...order].flatMap((room) =>
      ['main', 'cli', 'run'].map((target) => [room, target] as const),
    ),
    ['action', 'terminal/arguments'],
    ['action', 'host/uv'],
    ['action', 'engine/assemble/build'],
    ['terminal', 'action/inputs'],
    ['terminal', 'host/uv'],
    ['terminal', 'engine/assemble/build'],
    ['engine', 'action/inputs'],
    ['engine', 'terminal/arguments'],
    ['host', 'action/inputs'],
    ['host', 'terminal/arguments'],
    ['host', 'engine/assemble/build'],
    ...order.flatMap((room) =>
      ['host/uv', 'engine/assemble/build', 'action/inputs', 'terminal/arguments'].map(
        (target) => [room, target] as const,
      ),
    ),
    ...order.flatMap((room, i) => order.slice(0, i).map((above) => [room, `${above}/thing`] as const)),
  ]

  it.each(upward)('%s must not import %s', async (room, target) => {
    const [file, deep] =
      room === 'run' ? ['src/run.ts', undefined] : [`src/${room}/thing.ts`, `src/${room}/inner/thing.ts`]
    const up = room === 'run' ? './' : '../'
    expect(await broken(file, `import { x } from '${up}${target}.ts'`)).toEqual(['no-restricted-imports'])
    expect(await broken(file, `import type { X } from '${up}${target}.ts'`)).toEqual([
      'no-restricted-imports',
    ])
    expect(await broken(file, `export * from '${up}${target}.ts'`)).toEqual(['no-restricted-imports'])
    if (deep !== undefined) {
      expect(await broken(deep, `import { x } from '../../${target}.ts'`)).toEqual(['no-restricted-imports'])
    }
  })

  const downward: readonly (readonly [file: string, target: string])[] = [
    ['src/run.ts', './engine/assemble/build.ts'],
    ['src/run.ts', './terminal/progress.ts'],
    ['src/action/inputs.ts', '../report/markdown.ts'],
    ['src/terminal/arguments.ts', '../given.ts'],
    ['src/engine/assemble/build.ts', '../../host/uv.ts'],
    ['src/engine/assemble/build.ts', '../../recipe/plan.ts'],
    ['src/host/uv.ts', '../project/lock.ts'],
    // A file may be named like a room.
    ['src/report/text.ts', './terminal.ts'],
    ['src/engine/assemble/build.ts', './run.ts'],
    ...order.flatMap((room, i) =>
      order.slice(i + 1).map((below) => [`src/${room}/thing.ts`, `../${below}/thing.ts`] as const),
    ),
  ]

  it.each(downward)('%s may import %s', async (file, target) => {
    expect(await broken(file, `import { x } from '${target}'`)).toEqual([])
  })

  it.each(['run', 'terminal', 'engine', 'host', ...order])('%s does not know GitHub', async (room) => {
    const file = room === 'run' ? 'src/run.ts' : `src/${room}/thing.ts`
    expect(await broken(file, "import * as core from '@actions/core'")).toEqual(['no-restricted-imports'])
  })

  it('action knows GitHub', async () => {
    expect(await broken('src/action/thing.ts', "import * as core from '@actions/core'")).toEqual([])
  })
})

describe.each(order)('%s is pure', (room) => {
  const file = `src/${room}/thing.ts`

  it.each([
    ...['node:fs', 'fs', 'node:fs/promises', 'fs/promises', 'node:child_process', 'node:net', 'node:http'],
    ...['node:https', 'node:http2', 'node:dns', 'node:tls', 'node:os', 'node:process', 'node:worker_threads'],
    ...['node:timers/promises', 'node:perf_hooks', 'node:readline'],
  ])('does not import %s', async (module) => {
    expect(await broken(file, `import { x } from '${module}'`)).toEqual(['no-restricted-imports'])
  })

  it.each([
    ['process.env', 'no-restricted-globals'],
    ['process.exit()', 'no-restricted-globals'],
    ["fetch('http://127.0.0.1')", 'no-restricted-globals'],
    ['performance.now()', 'no-restricted-globals'],
    ['setTimeout(() => undefined, 1)', 'no-restricted-globals'],
    ['setInterval(() => undefined, 1)', 'no-restricted-globals'],
    ['setImmediate(() => undefined)', 'no-restricted-globals'],
    ['globalThis', 'no-restricted-globals'],
    ['Date()', 'no-restricted-syntax'],
    ["import('../host/uv.ts')", 'no-restricted-syntax'],
    ['Date.now()', 'no-restricted-properties'],
    ['Math.random()', 'no-restricted-properties'],
    ['new Date()', 'no-restricted-syntax'],
  ])('has no %s', async (expression, rule) => {
    expect(await broken(file, `export const x = () => ${expression}`)).toEqual([rule])
  })

  it('may compute', async () => {
    const text =
      "import { join } from 'node:path'\nexport const x = (d: Date) => join('a', String(d.getTime()), new Date(0).toISOString())"
    expect(await broken(file, text)).toEqual([])
  })
})

it('reads files, processes and the network in host, and the clock in engine and terminal', async () => {
  const text =
    "import { readFile } from 'node:fs/promises'\nexport const x = () => [Date.now(), process.env, readFile]"
  for (const room of ['host', 'engine', 'terminal', 'action']) {
    expect(await broken(`src/${room}/thing.ts`, text)).toEqual([])
  }
})
