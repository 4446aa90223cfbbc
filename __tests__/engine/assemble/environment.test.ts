import { execFile, execFileSync } from 'node:child_process'
import { chmod, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site, type SiteBuild, writeProject } from '../../fixtures/built.ts'
import { createDistribution, sourceFiles } from '../../fixtures/distribution.ts'
import { hostPython } from '../../fixtures/volume.ts'
import type { Wheel } from '../../fixtures/wheel.ts'

const packages = 'opt/venv/lib/python3.13/site-packages'
const data = (name: string): string => `${name}-1.0.data`
const full = createDistribution('full', '1.0', {
  scripts: { full: 'full:main', 'full-admin': 'full.admin:main' },
  files: {
    'full/__init__.py': 'def main(): pass\n',
    'full/admin.py': 'def main(): pass\n',
    'full/with, comma.txt': 'a name that RECORD has to quote',
    'full/"quoted".txt': 'and another',
    'full/ünïcode.txt': 'and a third',
    [`${data('full')}/data/share/full/config.ini`]: 'key = 1\n',
    [`${data('full')}/data/etc/full.conf`]: 'here = 1\n',
    [`${data('full')}/headers/full.h`]: '#define FULL 1\n',
    [`${data('full')}/scripts/full-python`]: '#!python\nimport full\n',
    [`${data('full')}/scripts/full-pythonw`]: '#!pythonw -E\nimport full\n',
    [`${data('full')}/scripts/full-shell`]: '#!/bin/sh\necho full\n',
    [`${data('full')}/scripts/full-env`]: '#!/usr/bin/env python3\nprint("full")\n',
    [`${data('full')}/scripts/full-binary`]: Buffer.from('\x7fELF\0\0', 'latin1'),
    [`${data('full')}/purelib/full_pure.py`]: 'pure = True\n',
    [`${data('full')}/platlib/full_plat.py`]: 'plat = True\n',
  },
})
const space = ['one', 'two'].map((part) =>
  createDistribution(`space-${part}`, '1.0', { files: { [`space/${part}/__init__.py`]: `${part} = 1\n` } }),
)

/** Wheels of a family own one file with different content and one with equal content. */
function family(key: string, needs: Readonly<Record<string, readonly string[]>>): readonly Wheel[] {
  return Object.entries(needs).map(([name, list]) =>
    createDistribution(name, '1.0', {
      files: { [`${key}.py`]: `${name}\n`, [`${name}.py`]: '', [`${key}.txt`]: 'the same for all\n' },
      metadata: list.map((need) => `Requires-Dist: ${need}`),
    }),
  )
}
const families: Readonly<Record<string, readonly Wheel[]>> = {
  'none needs another': family('a', { ann: [], bob: [], cid: [] }),
  'the first needs the last': family('b', { dan: ['fay'], eve: [], fay: [] }),
  'the last needs the first': family('c', { gus: [], hal: [], ivy: ['gus'] }),
  'a chain against the alphabet': family('d', { jon: ['kim'], kim: ['lea (>=1.0)'], lea: [] }),
  'they need each other': family('e', { max: ['ned'], ned: ['max'], ole: [] }),
  'what is needed elsewhere or with an extra only': family('f', {
    pat: ["quy; extra == 'more'"],
    quy: ['rob; sys_platform == "win32"'],
    rob: [],
  }),
}
const sharing = Object.values(families).flat()

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
beforeAll(async () => {
  site = await createSite([full, ...space, ...sharing])
})
afterAll(() => site.close())

describe('an installed distribution', () => {
  let built: SiteBuild
  beforeAll(async () => {
    built = await site.build(await site.project([full]))
  })
  const textOf = (path: string): string | undefined => built.files.get(path)?.text

  it('has its files where an environment of the image has them', () => {
    const paths = [...built.files.keys()]
    expect(paths).toEqual(
      expect.arrayContaining([
        'opt/venv/share/full/config.ini',
        'opt/venv/etc/full.conf',
        'opt/venv/include/site/python3.13/full/full.h',
        `${packages}/full_pure.py`,
        `${packages}/full_plat.py`,
        `${packages}/full/with, comma.txt`,
        `${packages}/full/"quoted".txt`,
        `${packages}/full/ünïcode.txt`,
      ]),
    )
    expect(paths.filter((path) => /python3\.(?!13)/.test(path))).toEqual([])
    expect(paths.filter((path) => path.endsWith('/.lock'))).toEqual([])
  })

  it("starts its scripts by the environment's interpreter, and leaves what is no Python alone", () => {
    const interpreter = '#!/opt/venv/bin/python\n'
    for (const script of ['full', 'full-admin', 'full-python', 'full-pythonw']) {
      expect(textOf(`opt/venv/bin/${script}`)?.slice(0, interpreter.length)).toBe(interpreter)
    }
    expect(textOf('opt/venv/bin/full')).toContain('from full import main')
    expect(textOf('opt/venv/bin/full-shell')).toBe('#!/bin/sh\necho full\n')
    expect(textOf('opt/venv/bin/full-env')).toBe('#!/usr/bin/env python3\nprint("full")\n')
    expect(built.files.get('opt/venv/bin/full-binary')?.size).toBe(6)
    const modes = [...built.files.values()].filter(({ path }) => path.startsWith('opt/venv/bin/full'))
    expect(new Set(modes.map(({ mode }) => mode))).toEqual(new Set([0o755]))
  })

  it('has a RECORD that is right for every file, and a file for every row', () => {
    expect(built.recordProblems).toEqual([])
    const record = textOf(`${packages}/full-1.0.dist-info/RECORD`) ?? ''
    expect(record).toContain('../../../bin/full,sha256=')
    expect(record).toContain('../../../include/site/python3.13/full/full.h,sha256=')
    expect(record).toContain('"full/with, comma.txt",sha256=')
    expect(record).not.toMatch(/python3\.(?!13)/)
  })

  it('is in a virtual environment of the interpreter of the image', () => {
    const link = (name: string): string | undefined => built.files.get(`opt/venv/bin/${name}`)?.linkname
    expect([link('python'), link('python3'), link('python3.13')]).toEqual([
      '/usr/local/bin/python3.13',
      'python',
      'python',
    ])
    expect(textOf('opt/venv/pyvenv.cfg')).toBe(
      'home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.13.5\n',
    )
    expect(built.config.config.Env).toEqual(
      expect.arrayContaining(['VIRTUAL_ENV=/opt/venv', 'PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin']),
    )
  })

  it('says nothing of this machine', () => {
    const home = site.folder
    for (const { path, text } of built.layers.slice(0, -1).flat()) {
      expect([path, text?.includes(home)]).not.toEqual([path, true])
      expect([path, text?.includes(hostPython().python)]).not.toEqual([path, true])
    }
  })
})

describe('scripts of an interpreter whose path is too long for a first line', () => {
  it('start by the interpreter of the image, not through the shell that the installer wrote', async () => {
    // The store's own path makes that of the folder long, and has a space in it besides.
    const store = join(await site.newFolder('store'), `a long ${'x'.repeat(120)}`)
    const python = join(store, 'python')
    const real = hostPython().python
    execFileSync('mkdir', ['-p', python])
    execFileSync('ln', ['-s', real, join(python, 'python3')])
    const built = await site.build(
      await site.project([full]),
      {},
      {
        store,
        env: { PATH: `${python}:${(await site.env(store))['PATH'] ?? ''}` },
      },
    )
    expect(built.files.get('opt/venv/bin/full')?.text?.split('\n').slice(0, 3)).toEqual([
      '#!/opt/venv/bin/python',
      '# -*- coding: utf-8 -*-',
      'import sys',
    ])
    expect(built.recordProblems).toEqual([])
  })
})

describe('namespace packages', () => {
  it('share their folder and nothing else', async () => {
    const built = await site.build(await site.project(space))
    expect([...built.files.keys()].filter((path) => path.startsWith(`${packages}/space/`))).toEqual([
      `${packages}/space/one`,
      `${packages}/space/two`,
      `${packages}/space/one/__init__.py`,
      `${packages}/space/two/__init__.py`,
    ])
    expect(built.warnings).toEqual([])
  })
})

describe('files that several distributions own', () => {
  let built: SiteBuild
  let project: string
  let store: string
  let pip: string
  beforeAll(async () => {
    project = await site.project(sharing)
    store = await site.newFolder('store')
    built = await site.build(project, {}, { store })
    pip = await withPip(sharing)
  }, 60_000)

  for (const [name, wheels] of Object.entries(families)) {
    it(`are settled as pip settles them: ${name}`, async () => {
      const key = /[a-f]\.py/.exec(wheels[0]?.bytes.toString('latin1') ?? '')?.[0].slice(0, 1) ?? ''
      const found = built.layers.flat().filter(({ path }) => path === `${packages}/${key}.py`)
      expect(found).toHaveLength(1)
      expect(found[0]?.text).toBe(await readFile(join(pip, `${key}.py`), 'utf8'))
      expect(built.warnings).toContain(
        `${wheels.map((wheel) => wheel.name).join(' and ')} both bring ${packages}/${key}.py with different content: the one of ${found[0]?.text?.trim() ?? ''} is in the image, as with pip`,
      )
      // Equal files are nobody's trouble, and in the image once.
      expect(built.layers.flat().filter(({ path }) => path === `${packages}/${key}.txt`)).toHaveLength(1)
      for (const wheel of wheels) expect(built.files.has(`${packages}/${wheel.name}.py`)).toBe(true)
    })
  }

  it('give the same image again, from what was kept', async () => {
    const warm = await site.build(project, {}, { store })
    expect(warm.digest).toBe(built.digest)
    expect(warm.warnings).toEqual(built.warnings)
    expect(warm.warnings).toHaveLength(Object.keys(families).length)
  })

  /** The site-packages that pip leaves when it installs all of these from scratch. */
  async function withPip(wheels: readonly Wheel[]): Promise<string> {
    const prefix = await site.newFolder('pip')
    const { python } = hostPython()
    const index = ['--index-url', `${site.index.url}/simple`]
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-warn-script-location']
    const names = wheels.map((wheel) => wheel.name)
    // Not synchronously: the index answers from this process.
    await promisify(execFile)(
      python,
      ['-m', 'pip', 'install', ...quiet, ...index, '--prefix', prefix, ...names],
      { env: { ...(await site.env(prefix)), PIP_CONFIG_FILE: '/dev/null' }, timeout: 60_000 },
    )
    return dirname(execFileSync('find', [prefix, '-name', 'ann.py'], { encoding: 'utf8' }).trim())
  }
})

describe('an environment of another platform', () => {
  it('has the wheels of that platform', async () => {
    const arm = createDistribution('compiled', '1.0', {
      tag: 'cp313-cp313-manylinux_2_28_aarch64',
      files: { 'compiled.so': 'for arm' },
    })
    const amd = createDistribution('compiled', '1.0', {
      tag: 'cp313-cp313-manylinux_2_28_x86_64',
      files: { 'compiled.so': 'for amd' },
    })
    const own = await createSite([arm, amd], { platform: 'linux/arm64' })
    try {
      const project = await own.project([amd, arm])
      const built = await own.build(project, { platforms: [{ os: 'linux', architecture: 'arm64' }] })
      expect(built.files.get(`${packages}/compiled.so`)?.text).toBe('for arm')
      expect(own.index.requests.filter((path) => path.includes('x86_64'))).toEqual([])
    } finally {
      await own.close()
    }
  })
})

describe('a machine whose Python has a lib64 of its own', () => {
  it('gives the same environment, with compiled code in lib', async () => {
    const compiled = createDistribution('compiled', '1.0', {
      tag: 'cp313-cp313-manylinux_2_28_x86_64',
      pure: false,
      files: {
        'compiled.so': 'x',
        'compiled-1.0.data/purelib/pure_part.py': '',
        'compiled-1.0.data/data/share/x': '',
      },
      scripts: { compiled: 'compiled:main' },
    })
    const own = await createSite([compiled, full])
    try {
      const folder = await own.newFolder('python')
      const python = join(folder, 'python3')
      await writeProject(folder, {
        'wrapper.py': `import sys\nsys.platlibdir, sys.executable = "lib64", ${JSON.stringify(python)}\nargs = sys.argv[1:]\nat = args.index("-c")\nsys.argv = args[at:at + 1] + args[at + 2:]\nexec(args[at + 1], {"__name__": "__main__"})\n`,
        python3: `#!/bin/sh\nexec ${hostPython().python} -I -B ${folder}/wrapper.py "$@"\n`,
      })
      await chmod(python, 0o755)
      const project = await own.project([compiled, full])
      const env = { PATH: `${folder}:${(await own.env(folder))['PATH'] ?? ''}` }
      const built = await own.build(project, {}, { env })
      expect([...built.files.keys()].filter((path) => path.includes('lib64'))).toEqual([])
      expect(built.files.has(`${packages}/compiled.so`)).toBe(true)
      expect(built.files.has(`${packages}/pure_part.py`)).toBe(true)
      expect(built.recordProblems).toEqual([])
      const record = built.files.get(`${packages}/compiled-1.0.dist-info/RECORD`)?.text
      expect(record).toContain('../../../lib/python3.13/site-packages/pure_part.py')
    } finally {
      await own.close()
    }
  })
})

describe('packages that come from elsewhere than an index', () => {
  const lockOf = (table: string): string =>
    `lock-version = "1.0"\ncreated-by = "fixture"\n\n[[packages]]\n${table}\n`

  it('may be an archive with an address of its own', async () => {
    const table = `name = "full"\nversion = "1.0"\narchive = { url = "${site.index.fileUrl(full)}", hashes = { sha256 = "${full.sha256}" } }`
    const built = await site.build(await site.project([], { 'pylock.toml': lockOf(table) }))
    expect(built.files.has(`${packages}/full/admin.py`)).toBe(true)
    expect(built.recordProblems).toEqual([])
  })

  it('may be a repository at a commit, which is built here once', async () => {
    const repository = await site.newFolder('repository')
    await writeProject(repository, sourceFiles('versioned', '3.0'))
    const git = (...args: string[]): string =>
      execFileSync(
        'git',
        ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
    git('init')
    git('add', '--all')
    git('commit', '--message', 'first')
    const commit = git('rev-parse', 'HEAD').trim()
    const table = `name = "versioned"\nversion = "3.0"\nvcs = { type = "git", url = "file://${repository}", commit-id = "${commit}" }`
    const project = await site.project([], { 'pylock.toml': lockOf(table) })
    const store = await site.newFolder('store')
    const built = await site.build(project, {}, { store })
    expect(built.files.get(`${packages}/versioned/__init__.py`)?.text).toBe('version = "3.0"\n')
    expect(built.recordProblems).toEqual([])
    await rm(repository, { recursive: true })
    const again = await site.build(
      project,
      {},
      { store, env: { UV_CACHE_DIR: await site.newFolder('uv-cache') } },
    )
    expect(again.digest).toBe(built.digest)
  })

  it('may be a wheel beside the lock', async () => {
    const table = `name = "full"\nversion = "1.0"\nwheels = [{ name = "${full.filename}", path = "./wheels/${full.filename}", hashes = { sha256 = "${full.sha256}" } }]`
    const project = await site.project([], {
      'pylock.toml': lockOf(table),
      [`wheels/${full.filename}`]: full.bytes,
    })
    const built = await site.build(project)
    expect(built.files.has(`${packages}/full/admin.py`)).toBe(true)
    const notes = [...built.files.values()].filter(({ path }) => path.endsWith('direct_url.json'))
    expect(notes.map(({ text }) => text)).toEqual([])
  })
})
