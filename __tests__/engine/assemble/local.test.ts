import { execFileSync } from 'node:child_process'
import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createSite, type Site, type SiteBuild, writeProject } from '../../fixtures/built.ts'
import { backend, createDistribution, ownBackend, sourceFiles } from '../../fixtures/distribution.ts'

const alpha = createDistribution('alpha', '1.0', { files: { 'alpha.py': '', 'tests/__init__.py': '' } })
const packages = 'opt/venv/lib/python3.13/site-packages'

// Real tools, also on a busy machine.
jest.setTimeout(60_000)

let site: Site
beforeAll(async () => {
  site = await createSite([alpha])
})
afterAll(() => site.close())

async function listing(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

/** A uv.lock of a workspace: its root and members, by name and path. */
function uvLock(members: Readonly<Record<string, string>>, needs: readonly string[] = []): string {
  const tables = Object.entries(members).map(([name, path]) => {
    const dependencies =
      path === '.' && needs.length > 0
        ? `dependencies = [${needs.map((need) => `{ name = "${need}" }`).join(', ')}]\n`
        : ''
    const metadata =
      path === '.' && needs.length > 0
        ? `\n[package.metadata]\nrequires-dist = [${needs.map((need) => `{ name = "${need}", editable = "${members[need] ?? ''}" }`).join(', ')}]\n`
        : ''
    return `[[package]]\nname = "${name}"\nversion = "1.0"\nsource = { editable = "${path}" }\n${dependencies}${metadata}`
  })
  const list =
    Object.keys(members).length > 1
      ? `\n[manifest]\nmembers = [${Object.keys(members)
          .map((name) => `"${name}"`)
          .join(', ')}]\n`
      : ''
  return `version = 1\nrevision = 3\nrequires-python = ">=3.9"\n${list}\n${tables.join('\n')}`
}

describe('a project that is a package', () => {
  let built: SiteBuild
  let project: string
  let before: string[]
  beforeAll(async () => {
    project = await site.project([alpha], {
      ...sourceFiles('web', '1.0', {
        files: { 'web/templates/index.html': '<p>', 'web/__init__.py': 'def main(): pass\n' },
      }),
      'README.md': 'about the web\n',
      '.dockerignore': 'README.md\n',
    })
    before = await listing(project)
    built = await site.build(project)
  })

  it('is installed with its metadata, its data and its script, and its files are in the app', () => {
    const text = (path: string): string | undefined => built.files.get(path)?.text
    expect(text(`${packages}/web/templates/index.html`)).toBe('<p>')
    expect(text('opt/venv/bin/web')).toMatch(/^#!\/opt\/venv\/bin\/python\n/)
    expect(built.files.get('opt/venv/bin/web')?.mode).toBe(0o755)
    expect(text('app/web/templates/index.html')).toBe('<p>')
    expect(built.recordProblems).toEqual([])
    expect(
      [...built.files.keys()].filter((path) => /direct_url|uv_cache|\/build\/|egg-info/.test(path)),
    ).toEqual([])
    expect(built.result.reports[0]?.measurement.packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['alpha', 'web']),
    )
  })

  it('may quote a README that .dockerignore leaves out of the image', () => {
    expect(built.files.get(`${packages}/web-1.0.dist-info/METADATA`)?.text).toContain('about the web')
    expect(built.files.has('app/README.md')).toBe(false)
  })

  it('has nothing written into its folder', async () => {
    expect(await listing(project)).toEqual(before)
  })

  it('is in the topmost layer, so that an edit of it changes that layer alone', async () => {
    const store = await site.newFolder('store')
    const first = await site.build(project, {}, { store })
    await writeProject(project, { 'web/__init__.py': 'def main(): return 1\n' })
    const second = await site.build(project, {}, { store })
    await writeProject(project, { 'web/__init__.py': 'def main(): pass\n' })
    const digests = ({ manifest }: SiteBuild): string[] => manifest.layers.map(({ digest }) => digest)
    expect(digests(second).slice(0, -1)).toEqual(digests(first).slice(0, -1))
    expect(digests(second).at(-1)).not.toBe(digests(first).at(-1))
    expect(second.files.get(`${packages}/web/__init__.py`)?.text).toBe('def main(): return 1\n')
    expect(second.files.get('app/web/__init__.py')?.text).toBe('def main(): return 1\n')
  })

  it('is built again for a README that changed, though no image has it', async () => {
    const store = await site.newFolder('store')
    const first = await site.build(project, {}, { store })
    await writeProject(project, { 'README.md': 'other words\n' })
    const second = await site.build(project, {}, { store })
    await writeProject(project, { 'README.md': 'about the web\n' })
    expect(second.digest).not.toBe(first.digest)
    expect(second.files.get(`${packages}/web-1.0.dist-info/METADATA`)?.text).toContain('other words')
  })
})

describe('a src layout', () => {
  it("is built by uv's own backend without an index", async () => {
    const project = await site.project([alpha], {
      'pyproject.toml':
        '[project]\nname = "shop"\nversion = "2.0"\n[project.scripts]\nshop = "shop:main"\n[build-system]\nrequires = ["uv_build>=0.9,<0.14"]\nbuild-backend = "uv_build"\n',
      'src/shop/__init__.py': 'def main(): pass\n',
      'src/shop/py.typed': '',
    })
    const before = await listing(project)
    const built = await site.build(project, { command: undefined })
    expect(built.files.has(`${packages}/shop/py.typed`)).toBe(true)
    expect(built.files.has('app/src/shop/py.typed')).toBe(true)
    expect(built.config.config['Cmd']).toEqual(['shop'])
    expect(built.recordProblems).toEqual([])
    expect(await listing(project)).toEqual(before)
  })

  it('is built though .dockerignore leaves out all but its code', async () => {
    const project = await site.project([alpha], {
      'pyproject.toml':
        '[project]\nname = "shop"\nversion = "2.0"\nreadme = "docs/about.md"\n[build-system]\nrequires = ["uv_build>=0.9,<0.14"]\nbuild-backend = "uv_build"\n',
      'docs/about.md': 'about the shop\n',
      'src/shop/__init__.py': '',
      '.dockerignore': '*\n!src\n',
    })
    const built = await site.build(project)
    expect(built.files.get(`${packages}/shop-2.0.dist-info/METADATA`)?.text).toContain('about the shop')
    expect([...built.files.keys()].filter((path) => path.startsWith('app/'))).toEqual([
      'app/src',
      'app/src/shop',
      'app/src/shop/__init__.py',
    ])
  })
})

describe('an edit of a package that its backend copies as it is', () => {
  const pyproject =
    '[project]\nname = "shop"\nversion = "2.0"\nreadme = "README.md"\n[project.scripts]\nshop = "shop:main"\n[build-system]\nrequires = ["uv_build>=0.9,<0.14"]\nbuild-backend = "uv_build"\n'
  const files = {
    'pyproject.toml': pyproject,
    'README.md': 'about the shop\n',
    'notes.txt': 'not in the wheel\n',
    'src/shop/__init__.py': 'def main(): pass\n',
    'src/shop/same.py': 'same = True\n',
    'src/shop/empty.py': '',
    'src/shop/data/a, "b".csv': 'x\n',
    'tests/shop/same.py': 'same = True\n',
    'tests/empty.py': '',
  }
  let project: string
  let store: string
  beforeAll(async () => {
    project = await site.project([alpha], files)
    store = await site.newFolder('store')
    await site.build(project, {}, { store })
  })
  /** The image of an edit, from what is kept, and from nothing. The first may do without a tool where it must. */
  const edited = async (
    edit: Readonly<Record<string, string>>,
    env: Record<string, string> = {},
  ): Promise<{ kept: SiteBuild; fresh: SiteBuild }> => {
    const own = await site.newFolder('store')
    await cp(store, own, { recursive: true })
    await writeProject(project, edit)
    try {
      const kept = await site.build(project, {}, { store: own, env })
      return { kept, fresh: await site.build(project) }
    } finally {
      await writeProject(project, files)
    }
  }
  const noTools = { PATH: '/nonexistent' }
  const measured = ({ result }: SiteBuild): object => {
    const [{ measurement } = { measurement: undefined }] = result.reports
    return { ...measurement, image: undefined, timings: undefined }
  }

  it.each<[string, Readonly<Record<string, string>>]>([
    ['code', { 'src/shop/__init__.py': 'def main(): return "longer than before"\n' }],
    ['a file that its RECORD quotes', { 'src/shop/data/a, "b".csv': 'y\nz\n' }],
    ['several', { 'src/shop/__init__.py': '', 'notes.txt': 'other\n' }],
    ['what the wheel has not', { 'notes.txt': 'still not\n' }],
  ])('needs no build: %s', async (_, edit) => {
    const { kept, fresh } = await edited(edit, noTools)
    expect(kept.digest).toBe(fresh.digest)
    expect(kept.recordProblems).toEqual([])
    expect(measured(kept)).toEqual(measured(fresh))
    for (const [path, text] of Object.entries(edit)) {
      expect(kept.files.get(`app/${path}`)?.text).toBe(text)
      if (path.startsWith('src/')) expect(kept.files.get(`${packages}/${path.slice(4)}`)?.text).toBe(text)
    }
  })

  it.each<[string, Readonly<Record<string, string>>]>([
    ['the readme', { 'README.md': 'other words\n' }],
    ['its settings', { 'pyproject.toml': pyproject.replace('2.0', '2.1') }],
    ['one of two files with the same content', { 'src/shop/same.py': 'same = False\n' }],
    ['the other', { 'tests/shop/same.py': 'same = False\n' }],
    ['a file that was as empty as another', { 'tests/empty.py': 'x = 1\n' }],
  ])('needs one where it may change more: %s', async (_, edit) => {
    await expect(edited(edit, noTools)).rejects.toThrow()
    const { kept, fresh } = await edited(edit)
    expect(kept.digest).toBe(fresh.digest)
  })

  it('needs one for a file that is new, or is gone', async () => {
    await writeProject(project, { 'src/shop/new.py': '' })
    const { kept, fresh } = await edited({})
    await rm(join(project, 'src/shop/new.py'))
    expect(kept.digest).toBe(fresh.digest)
    expect(kept.files.has(`${packages}/shop/new.py`)).toBe(true)
  })
})

describe('a project that is no package', () => {
  it('is only copied: package = false, or no build system', async () => {
    const files = sourceFiles('web', '1.0')
    const off = await site.project([alpha], {
      ...files,
      'pyproject.toml': `${files['pyproject.toml'] ?? ''}\n[tool.uv]\npackage = false\n`,
    })
    const plain = await site.project([alpha], {
      'pyproject.toml': '[project]\nname = "web"\nversion = "1.0"\n',
      'web/__init__.py': '',
    })
    for (const project of [off, plain]) {
      const built = await site.build(project)
      expect(built.files.has('app/web/__init__.py')).toBe(true)
      expect(built.files.has(`${packages}/web/__init__.py`)).toBe(false)
      expect(built.files.has('opt/venv/bin/web')).toBe(false)
    }
  })
})

describe('members of a workspace', () => {
  const member = (name: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(sourceFiles(name, '1.0')).map(([path, text]) => [`libs/${name}/${path}`, text]),
    )
  const root = {
    ...sourceFiles('web', '1.0'),
    'pyproject.toml': `[project]\nname = "web"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = ["one", "two"]\n[tool.uv.workspace]\nmembers = ["libs/*"]\n[tool.uv.sources]\none = { workspace = true }\ntwo = { workspace = true }\n\n${ownBackend}`,
    'uv.lock': uvLock({ web: '.', one: 'libs/one', two: 'libs/two' }, ['one', 'two']),
  }

  it('are installed with the project', async () => {
    const project = await site.newFolder('workspace')
    await writeProject(project, { ...root, ...member('one'), ...member('two') })
    const before = await listing(project)
    const built = await site.build(project)
    for (const name of ['web', 'one', 'two']) {
      expect(built.files.has(`${packages}/${name}/__init__.py`)).toBe(true)
      expect(built.files.has(`opt/venv/bin/${name}`)).toBe(true)
    }
    expect(built.recordProblems).toEqual([])
    expect(await listing(project)).toEqual(before)
  })

  it('that own the same file have it in the image once, and say so', async () => {
    const project = await site.newFolder('workspace')
    const tests = (name: string): Record<string, string> => ({
      ...member(name),
      [`libs/${name}/backend.py`]: backend(name, '1.0').replaceAll(
        `os.walk(MODULE)`,
        `[*os.walk(MODULE), *os.walk("tests")]`,
      ),
      [`libs/${name}/tests/__init__.py`]: '',
      [`libs/${name}/tests/test_all.py`]: `# ${name}\n`,
    })
    await writeProject(project, { ...root, ...tests('one'), ...tests('two') })
    const built = await site.build(project)
    const paths = built.layers.at(-1)?.map(({ path }) => path) ?? []
    expect(paths.filter((path, i) => paths.indexOf(path) !== i)).toEqual([])
    expect(paths).toContain(`${packages}/tests/__init__.py`)
    expect(built.warnings).toEqual([
      expect.stringContaining(`one and two both bring ${packages}/tests/test_all.py`),
    ])
  })

  it('can be built from a member, whose own files are the app', async () => {
    const project = await site.newFolder('workspace')
    const needing = (text: string): string =>
      text.replace('version = "1.0"\n', 'version = "1.0"\ndependencies = ["two"]\n')
    await writeProject(project, {
      ...root,
      ...member('one'),
      ...member('two'),
      'libs/one/pyproject.toml': `${needing(member('one')['libs/one/pyproject.toml'] ?? '')}\n[tool.uv.sources]\ntwo = { workspace = true }\n`,
      'uv.lock': root['uv.lock'].replace(
        'source = { editable = "libs/one" }\n',
        'source = { editable = "libs/one" }\ndependencies = [{ name = "two" }]\n\n[package.metadata]\nrequires-dist = [{ name = "two", editable = "libs/two" }]\n',
      ),
    })
    const before = await listing(project)
    const built = await site.build(join(project, 'libs/one'))
    expect(built.files.has(`${packages}/one/__init__.py`)).toBe(true)
    // It needs its sister, which lies beside it.
    expect(built.files.has(`${packages}/two/__init__.py`)).toBe(true)
    expect(built.files.has(`${packages}/web/__init__.py`)).toBe(false)
    expect(built.files.has('app/one/__init__.py')).toBe(true)
    expect(await listing(project)).toEqual(before)
  })
})

describe('a project that cannot be built', () => {
  const build = async (
    files: Readonly<Record<string, string>>,
  ): Promise<{ message: string; hint: string }> => {
    const project = await site.project([alpha], files)
    const error: unknown = await site.build(project).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ name: 'Failure', kind: 'build' })
    expect(await listing(project)).not.toContain('build')
    return error as { message: string; hint: string }
  }

  it("is told in its backend's words, with what to do", async () => {
    const { message, hint } = await build(
      sourceFiles('web', '1.0', { gives: { fails: 'no such module: nowhere' } }),
    )
    expect(message).toContain("the project's own package web (.) cannot be built")
    expect(message).toContain('no such module: nowhere')
    expect(hint).toContain('uv build --wheel')
  })

  it('because it has code to compile is told as that', async () => {
    const { message, hint } = await build(sourceFiles('web', '1.0', { gives: 'native' }))
    expect(message).toMatch(/web has compiled code \(web-1\.0-cp3/)
    expect(hint).toContain('Dockerfile')
  })
})

describe('a project for a newer Python than this machine has', () => {
  it('is built here all the same, or says why not', async () => {
    const files = sourceFiles('web', '1.0')
    const project = await site.project([alpha], {
      ...files,
      'pyproject.toml': (files['pyproject.toml'] ?? '').replace('\n\n', '\nrequires-python = ">=3.13"\n\n'),
    })
    const built = await site.build(project)
    expect(built.files.has(`${packages}/web/__init__.py`)).toBe(true)
  })
})

describe('a version that version control knows', () => {
  it('is found though the build happens elsewhere, and nothing is written into the folder', async () => {
    const files = sourceFiles('web', '1.0')
    const asking = (files['backend.py'] ?? '').replace(
      'def build_wheel',
      'import subprocess\nVERSION = subprocess.run(["git", "describe", "--tags", "--dirty"], capture_output=True, text=True, check=True).stdout.strip().replace("-", "+")\ndef build_wheel',
    )
    const project = await site.project([alpha], {
      ...files,
      'backend.py': asking,
      'pyproject.toml': `${files['pyproject.toml'] ?? ''}\n[tool.setuptools_scm]\n`,
      '.dockerignore': 'notes\n',
      'notes/plan.md': 'not for the image, and in the repository',
    })
    const git = (...args: string[]): void => {
      execFileSync(
        'git',
        ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@example.invalid', ...args],
        {
          stdio: 'ignore',
        },
      )
    }
    git('init')
    git('add', '--all')
    git('commit', '--message', 'first')
    git('tag', '7.0')
    const store = await site.newFolder('store')
    const installed = async (): Promise<readonly string[]> => {
      const built = await site.build(project, {}, { store })
      return [...built.files.keys()].flatMap(
        (path) => /\/(web-.*)\.dist-info\/METADATA$/.exec(path)?.[1] ?? [],
      )
    }
    const status = (): string =>
      execFileSync('git', ['-C', project, 'status', '--porcelain', '--ignored'], { encoding: 'utf8' })
    expect(await installed()).toEqual(['web-7.0'])
    expect(status()).toBe('')
    git('tag', '8.0', '--annotate', '--message', 'next')
    expect(await installed()).toEqual(['web-8.0'])
    await writeProject(project, { 'notes/plan.md': 'edited' })
    expect(await installed()).toEqual(['web-8.0+dirty'])
    expect(status()).toBe(' M notes/plan.md\n')
  })

  it('is told as that when git refuses a repository of another user', async () => {
    const files = sourceFiles('web', '1.0')
    const project = await site.project([alpha], {
      ...files,
      'pyproject.toml': `${files['pyproject.toml'] ?? ''}\n[tool.setuptools_scm]\n`,
    })
    execFileSync('git', ['init', project], { stdio: 'ignore' })
    const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
    await expect(site.build(project, {}, { env })).rejects.toMatchObject({
      name: 'Failure',
      message: expect.stringContaining('belongs to another user'),
      hint: expect.stringContaining('safe.directory'),
    })
    const told = { ...env, SETUPTOOLS_SCM_PRETEND_VERSION: '9.9' }
    expect((await site.build(project, {}, { env: told })).files.has(`${packages}/web/__init__.py`)).toBe(true)
  })
})
