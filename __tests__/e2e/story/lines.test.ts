import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/data.txt': 'x'.repeat(50_000) })
const beta = createWheel('beta', '2.0', { 'beta/data.txt': 'y'.repeat(20_000) })
const inputs = { 'fail-on': 'environment grows by > 10 kB' }

let world: World
beforeAll(async () => {
  world = await createWorld([alpha, beta])
}, 300_000)
afterAll(() => world.close())

const pyproject = '[project]\nname = "api"\nversion = "1.0"\nrequires-python = ">=3.11"\n'

it.each([
  [
    'requirements.txt',
    3,
    (all: readonly (typeof alpha)[]) => ({
      'requirements.txt': `# what the app needs\n${all.map((one) => `${one.name}==${one.version} --hash=sha256:${one.sha256}\n`).join('')}`,
    }),
  ],
  ['pylock.toml', 9, (all: readonly (typeof alpha)[]) => ({ 'pylock.toml': world.site.lock(all) })],
])(
  'what is over budget is told on the line of %s that brought it',
  async (file, line, locked) => {
    const context = `with-${file}`
    const within = (files: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`${context}/${name}`, text]))
    const files = { 'pyproject.toml': pyproject, 'app.py': 'print("app")\n' }
    const own = { ...inputs, context, name: context }
    await world.push('main', within({ ...files, ...locked([alpha]) }), { inputs: own })
    const pull = await world.open(context, within(locked([alpha, beta])))
    const job = await world.check(pull, { inputs: own })
    expect(job).toMatchObject({ status: 1, outputs: { verdict: 'fail' } })
    const [, at] = /^::error title=Over budget,(file=[^:]*)::with-\S* is over budget: /m.exec(job.log) ?? []
    expect(at).toBe(`file=${context}/${file},line=${line}`)
  },
  300_000,
)
