import { describe, expect, it } from '@jest/globals'
import type { ContainerConfig } from '../../src/image/config.ts'
import type { BaseFacts } from '../../src/image/interpreter.ts'
import type { Project } from '../../src/project/project.ts'
import { type PlanInput, planRecipe } from '../../src/recipe/plan.ts'
import { createConfig } from '../fixtures/image.ts'

interface Overrides {
  readonly mode?: PlanInput['mode']
  readonly project?: Partial<Project>
  readonly config?: Partial<ContainerConfig>
  readonly facts?: Partial<BaseFacts>
  readonly command?: readonly string[]
  readonly user?: string
}

function plan({ mode = 'ship', project, config, facts, command, user }: Overrides = {}): ReturnType<
  typeof planRecipe
> {
  return planRecipe({
    mode,
    project: {
      name: 'web',
      version: '1.0',
      requiresPython: undefined,
      requirements: [],
      scripts: [],
      localPackages: [],
      ...project,
    },
    base: {
      config: createConfig({ env: ['PATH=/usr/local/bin:/bin', 'LANG=C.UTF-8'], cmd: ['python3'], ...config })
        .config,
      facts: {
        interpreter: { path: '/usr/local/bin/python3.13', minor: '3.13', full: '3.13.5' },
        libc: { kind: 'glibc', version: '2.41' },
        passwd: 'root:x:0:0:root:/root:/bin/sh\n',
        group: 'root:x:0:\n',
        shell: true,
        ...facts,
      },
    },
    command,
    user,
  })
}

describe('the recipe of an image that ships its environment', () => {
  it('says where everything is and who runs it', () => {
    expect(plan({ command: ['web'] })).toEqual({
      recipe: {
        mode: 'ship',
        environment: '/opt/venv',
        volume: undefined,
        app: '/app',
        user: { name: 'app', uid: 1000, gid: 1000, home: '/home/app', create: true },
        env: ['LANG=C.UTF-8', 'PATH=/opt/venv/bin:/usr/local/bin:/bin', 'VIRTUAL_ENV=/opt/venv'],
        entrypoint: [],
        command: ['web'],
        labels: {},
      },
      notes: [],
    })
  })

  it("keeps the base's variables, the last of each name, and its own over them", () => {
    const env = ['PATH=/old', 'A=1=2', 'EMPTY=', 'PATH=/new', 'VIRTUAL_ENV=/elsewhere', 'PATHS=/x']
    expect(plan({ config: { env } }).recipe.env).toEqual([
      'A=1=2',
      'EMPTY=',
      'PATHS=/x',
      'PATH=/opt/venv/bin:/new',
      'VIRTUAL_ENV=/opt/venv',
    ])
  })

  it('has the usual PATH where the base has none', () => {
    expect(plan({ config: { env: [] } }).recipe.env).toContain(
      'PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    )
  })

  it("keeps the base's entrypoint and labels", () => {
    const config = { entrypoint: ['/usr/bin/tini', '--'], labels: { vendor: 'someone' } }
    expect(plan({ config }).recipe).toMatchObject(config)
  })

  it("runs as the base's own user unless told otherwise", () => {
    const facts = { passwd: 'root:x:0:0:::\nnode:x:1000:1000::/home/node:/bin/sh\n', group: 'crew:x:77:\n' }
    expect(plan({ facts, config: { user: 'node' } }).recipe.user).toMatchObject({
      name: 'node',
      create: false,
    })
    expect(plan({ facts, config: { user: 'node' }, user: 'root' }).recipe.user).toMatchObject({ uid: 0 })
    expect(plan({ facts, user: 'node:crew' }).recipe.user).toMatchObject({ uid: 1000, gid: 77 })
  })
})

describe('the start command', () => {
  const commandOf = (overrides: Overrides): readonly string[] => plan(overrides).recipe.command

  it('is what was asked for, before all else', () => {
    expect(commandOf({ command: ['a', 'b c'], project: { scripts: ['web'] } })).toEqual(['a', 'b c'])
  })

  it("is the project's only script, or the one of its name", () => {
    expect(commandOf({ project: { scripts: ['serve'] } })).toEqual(['serve'])
    expect(commandOf({ project: { scripts: ['other', 'web', 'third'] } })).toEqual(['web'])
  })

  it("is the base's where nothing tells, with a note that says what to do", () => {
    for (const scripts of [[], ['one', 'two']]) {
      const { recipe, notes } = plan({ project: { scripts } })
      expect(recipe.command).toEqual(['python3'])
      expect(notes).toEqual([expect.stringMatching(/the base's command is kept; .*command/)])
    }
  })
})

describe('the recipe of mode volume', () => {
  it('has the environment in the volume, its own packages beside it, and starts by syncing', () => {
    const { recipe } = plan({ mode: 'volume', command: ['web'], config: { entrypoint: ['/tini', '--'] } })
    expect(recipe).toMatchObject({
      mode: 'volume',
      volume: '/venv',
      environment: '/venv/current',
      app: '/app',
    })
    expect(recipe.env).toContain('PATH=/venv/current/bin:/opt/app/bin:/usr/local/bin:/bin')
    expect(recipe.env).toContain('VIRTUAL_ENV=/venv/current')
    expect(recipe.command).toEqual(['web'])
    expect(recipe.entrypoint[0]).toBe('/usr/local/bin/python3.13')
    expect(recipe.entrypoint.slice(-2)).toEqual(['/tini', '--'])
  })
})
