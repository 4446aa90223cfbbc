import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { describeWithEngine, docker } from '../../fixtures/engine.ts'
import { createWheel } from '../../fixtures/wheel.ts'
import { createWorld, type World } from '../../fixtures/world.ts'

const alpha = createWheel('alpha', '1.0', { 'alpha/__init__.py': 'name = "alpha"\n' })
const beta = createWheel('beta', '2.0', { 'beta/__init__.py': 'name = "beta"\n' })

describeWithEngine('with a registry and an engine', (engine) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld([alpha, beta])
  }, 300_000)
  afterAll(() => world.close())

  it('a push goes to the registry, a pull request is compared with what is there, and its image runs', async () => {
    const repository = `${engine.registry}/story/api-${process.pid}`
    const inputs = { 'base-image': engine.base, push: 'true', output: '', command: 'python app.py' }
    const pushed = await world.push('main', world.project([alpha]), {
      inputs: { ...inputs, tags: `${repository}:main` },
    })
    expect(pushed).toMatchObject({
      status: 0,
      warnings: [],
      outputs: { image: `docker://${repository}:main` },
    })
    const digest = (tag: string): string =>
      execFileSync(engine.crane, ['--insecure', 'digest', `${repository}:${tag}`], {
        encoding: 'utf8',
      }).trim()
    expect(digest('main')).toBe(pushed.outputs['digest'])

    const app = { 'app.py': 'import alpha, beta\nprint(alpha.name, beta.name)\n' }
    const pull = await world.open('beta', world.project([alpha, beta], app))
    const job = await world.check(pull, {
      inputs: {
        ...inputs,
        tags: `${repository}:pr`,
        baseline: `docker://${repository}:main`,
        'max-increase': '1 MB',
      },
    })
    expect(job).toMatchObject({ status: 0, warnings: [], outputs: { verdict: 'pass' } })
    expect(digest('pr')).toBe(job.outputs['digest'])
    const [comment] = world.github.comments(pull.number)
    expect(comment?.body).toMatch(
      new RegExp(`compared with \`docker://${repository}:main\`[^]*➕ \\| \`beta\``),
    )
    // A host that has the other one fetches the layers that changed, and not the base.
    const { outputs } = job
    expect(Number(outputs['update-download'])).toBeGreaterThan(0)
    expect(Number(outputs['update-download'])).toBeLessThan(100_000)
    expect(Number(outputs['download'])).toBeGreaterThan(10_000_000)
    expect(world.github.violations).toEqual([])

    const image = `${repository}@${digest('pr')}`
    try {
      const { stdout } = await docker(engine, 'containerd', ['run', '--rm', '--network=none', image])
      expect(stdout).toBe('alpha beta\n')
    } finally {
      await docker(engine, 'containerd', ['rmi', '--force', image])
    }
  }, 300_000)
})
