import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'

import { describe, expect, it } from '@jest/globals'
import { entry, type Source, tarBytes } from '../../src/engine/assemble/source.ts'
import { Lanes } from '../../src/engine/assemble/compress.ts'
import { sharedLayer } from '../../src/engine/assemble/layer.ts'
import { projectSource } from '../../src/engine/assemble/project-source.ts'
import { walkProject } from '../../src/engine/assemble/walk.ts'
import { Failure } from '../../src/failure.ts'
import { openStore } from '../../src/host/store/store.ts'
import { listLayer } from '../../src/host/layers/read.ts'
import { writeProject } from '../fixtures/built.ts'
import { useFolder } from '../fixtures/folder.ts'
import { inChunks } from '../fixtures/tar.ts'

const at = useFolder()

async function pathsOf(files: Readonly<Record<string, string>>, ignore?: string): Promise<string[]> {
  await writeProject(at('project'), {
    ...files,
    ...(ignore === undefined ? {} : { '.dockerignore': ignore }),
  })
  const { files: found } = await walkProject(at('project'))
  return found.filter(({ path }) => path !== '.dockerignore').map(({ path }) => path)
}

const tree = {
  'main.py': '',
  'notes.md': '',
  'docs/index.md': '',
  'docs/deep/page.md': '',
  'src/app.py': '',
  'src/app.test.py': '',
  'src/node_modules/x.js': '',
}

describe('.dockerignore', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['a folder', 'docs\nsrc/', ['main.py', 'notes.md']],
    ['a path from the root', '/docs\n./src', ['main.py', 'notes.md']],
    ['names at the top only', '*.md\nsrc\ndocs/deep', ['docs', 'docs/index.md', 'main.py']],
    [
      'any depth',
      '**/*.md\n**/node_modules\nsrc/*.test.py',
      ['docs', 'docs/deep', 'main.py', 'src', 'src/app.py'],
    ],
    [
      'comments, blanks and line ends of Windows',
      '\ufeff# a comment\r\n\r\ndocs\r\nsrc \r\n',
      ['main.py', 'notes.md'],
    ],
    ['an exception', '*\n!main.py', ['main.py']],
    [
      'an exception below an ignored folder',
      'docs\nsrc\n!docs/deep/page.md',
      ['docs', 'docs/deep', 'docs/deep/page.md', 'main.py', 'notes.md'],
    ],
    ['an exception that is ignored again', '*.md\n!notes.md\nnotes.*\nsrc\ndocs', ['main.py']],
    ['everything', '**', []],
    ['a single character', '?ain.py\nsrc\ndocs', ['notes.md']],
    ['a class of characters', '[a-m]*.py\nsrc\ndocs', ['notes.md']],
  ]
  for (const [name, ignore, left] of cases) {
    it(`leaves out ${name}, as docker does`, async () => {
      expect(await pathsOf(tree, ignore)).toEqual(left)
    })
  }

  it('that is a folder is a Failure that names it', async () => {
    await mkdir(at('project', '.dockerignore'), { recursive: true })
    await expect(walkProject(at('project'))).rejects.toMatchObject({
      name: 'Failure',
      message: expect.stringContaining('.dockerignore'),
    })
  })
})

describe('what never belongs in an image', () => {
  it('is left out at any depth, whatever .dockerignore says', async () => {
    const never = {
      '.git/HEAD': '',
      'vendored/.git/HEAD': '',
      '.venv/bin/python': '',
      'env/pyvenv.cfg': '',
      'env/lib/x.py': '',
      'src/__pycache__/app.cpython-313.pyc': '',
      'src/old.pyc': '',
      '.pytest_cache/x': '',
      '.mypy_cache/x': '',
      '.ruff_cache/x': '',
      '.tox/x': '',
      'target/CACHEDIR.TAG': '',
      'target/deep/x': '',
      '.DS_Store': '',
      'src/app.py': '',
    }
    expect(await pathsOf(never)).toEqual(['src', 'src/app.py', 'vendored'])
    expect(await pathsOf({}, '!.git\n!.venv\n!**/*.pyc')).toEqual(['src', 'src/app.py', 'vendored'])
  })

  it('does not go with a name that only looks alike', async () => {
    const kept = ['.gitignore', '.github/ci.yml', 'venv.py', 'git/HEAD']
    expect(await pathsOf(Object.fromEntries(kept.map((path) => [path, ''])))).toEqual(
      [...kept, '.github', 'git'].sort(),
    )
  })
})

describe('links of a project', () => {
  it('stay links, wherever they lead; those that leave are told', async () => {
    await writeProject(at('project'), { 'a/file': 'x', file: 'y' })
    const links = {
      'a/up': '../file',
      'a/here': 'file',
      out: '../../etc/passwd',
      absolute: '/etc/passwd',
      dangling: 'nowhere',
      loop: 'loop',
      'a/around': '..',
      'a/sly': '../a/../../secret',
    }
    for (const [path, target] of Object.entries(links)) await symlink(target, at('project', path))
    const { files, warnings } = await walkProject(at('project'))
    const found = files.filter(({ type }) => type === 'symlink').map(({ path, linkname }) => [path, linkname])
    expect(Object.fromEntries(found)).toEqual(links)
    expect(files.map(({ path }) => path)).toEqual([...Object.keys(links), 'a', 'a/file', 'file'].sort())
    expect(warnings.map((text) => /^"([^"]*)"/.exec(text)?.[1]).sort()).toEqual(['a/sly', 'absolute', 'out'])
    for (const text of warnings) expect(text).toContain('what it names is not')
  })

  it('may have targets and names that are not UTF-8, byte for byte', async () => {
    await mkdir(at('project'))
    const raw = (text: string): Buffer => Buffer.from(text, 'latin1')
    const links: readonly (readonly [Buffer, Buffer])[] = [
      [raw('plain'), raw('t\xe9\xff')],
      [raw('n\xe9'), Buffer.from('zün')],
      [raw('n\xff'), raw('ascii')],
    ]
    for (const [name, target] of links) {
      await symlink(target, Buffer.concat([Buffer.from(`${at('project')}/`), name]))
    }
    const read = await readBack(at('project'))
    expect(read).toEqual(
      expect.arrayContaining(
        [
          `plain -> ${raw('t\xe9\xff').toString('hex')}`,
          `${raw('n\xe9').toString('hex')} -> ${Buffer.from('zün').toString('hex')}`,
          `${raw('n\xff').toString('hex')} -> ${raw('ascii').toString('hex')}`,
        ].map((line) => line.replace(/^plain/, raw('plain').toString('hex'))),
      ),
    )
  })
})

/** Names and targets of a project's links, in hex, as Python's tarfile reads them out of the tar. */
async function readBack(project: string): Promise<string[]> {
  const { files } = await walkProject(project)
  const tar = tarBytes(files.map((file) => projectSource(file, 'app')))
  const chunks = Array.from(tar, (chunk) => Buffer.from(chunk))
  const program = `
import io, sys, tarfile
raw = lambda text: text.encode("utf-8", "surrogateescape").hex()
for member in tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read())):
    print(raw(member.name)[len("app/") * 2:], raw(member.linkname), sep=" -> ")
`
  const input = Buffer.concat([...chunks, Buffer.alloc(1024)])
  return execFileSync('python3', ['-c', program], { input, encoding: 'utf8' }).trim().split('\n')
}

describe('names of files', () => {
  it('may be anything that a file system takes', async () => {
    const long = 'd'.repeat(200)
    const names = [
      'with space',
      'line\nend',
      'tab\t',
      'quote"\'',
      'back\\slash',
      '*?[glob]',
      '#hash',
      '!bang',
      '-dash',
      '...',
      'ünïcödé',
      '日本',
      '\u202etxt',
      'e\u0301',
      'x'.repeat(255),
      `${long}/${long}/${long}/file`,
    ]
    await writeProject(at('project'), Object.fromEntries(names.map((name) => [name, name])))
    const { files } = await walkProject(at('project'))
    const tar = tarBytes(files.map((file) => projectSource(file, 'app')))
    const chunks = Array.from(tar, (chunk) => Buffer.from(chunk))
    const listing = await listLayer(inChunks(Buffer.concat([...chunks, Buffer.alloc(1024)])), {
      name: 'a test',
    })
    const found = listing.entries
      .filter(({ type }) => type === 'file')
      .map(({ path }) => path.slice('app/'.length))
    expect(found.sort()).toEqual([...names].sort())
  })

  it('that are not UTF-8 keep their bytes', async () => {
    await mkdir(at('project'))
    const folder = Buffer.concat([Buffer.from(`${at('project')}/`), Buffer.from([0x66, 0xff, 0xe9])])
    await mkdir(folder)
    await writeFile(Buffer.concat([folder, Buffer.from('/ünï')]), 'x')
    const names = (await readBack(at('project'))).map((line) => line.split(' -> ')[0]?.replace(/ ->$/, ''))
    expect(names).toEqual(['66ffe9', `66ffe92f${Buffer.from('ünï').toString('hex')}`])
  })
})

describe('things that are no files', () => {
  it('are left out with a warning, and nothing waits for them', async () => {
    await writeProject(at('project'), { 'main.py': '' })
    execFileSync('mkfifo', [at('project', 'pipe')])
    const server = createServer().listen(at('project', 'socket'))
    try {
      await new Promise((resolve) => server.once('listening', resolve))
      const { files, warnings } = await walkProject(at('project'))
      expect(files.map(({ path }) => path)).toEqual(['main.py'])
      expect(warnings).toEqual([
        expect.stringContaining('"pipe" is left out'),
        expect.stringContaining('"socket" is left out'),
      ])
    } finally {
      server.close()
    }
  })

  it('are a Failure when the project itself is one', async () => {
    await writeFile(at('file'), '')
    for (const path of [at('file'), at('nowhere')]) {
      await expect(walkProject(path)).rejects.toMatchObject({
        kind: 'usage',
        hint: expect.any(String),
      })
    }
  })
})

describe('a file that may not be read', () => {
  /** Root may read anything: as another user then. */
  const asUser =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  const walk = (folder: string): { status: number | null; stdout: string } => {
    const source = new URL('../../src/engine/assemble/walk.ts', import.meta.url)
    const program = `const { walkProject } = await import(${JSON.stringify(source.href)})
      await walkProject(${JSON.stringify(folder)}).then(() => console.log('walked'), (e) => console.log(JSON.stringify({ name: e.name, message: e.message, hint: e.hint })))`
    const line: readonly string[] = [...asUser, process.execPath, '--input-type=module', '-e', program]
    return spawnSync(line[0] ?? '', line.slice(1), { encoding: 'utf8' })
  }

  for (const what of ['a file', 'a folder'] as const) {
    it(`is told before anything is built, with its name and what to do: ${what}`, async () => {
      await writeProject(at('project'), { 'secret/key.pem': 'x', 'main.py': '' })
      await chmod(at(), 0o755)
      await chmod(what === 'a file' ? at('project', 'secret/key.pem') : at('project', 'secret'), 0)
      expect(JSON.parse(walk(at('project')).stdout)).toEqual({
        name: 'Failure',
        message: expect.stringMatching(/secret.*cannot be read: permission denied/),
        hint: expect.stringContaining('.dockerignore'),
      })
    })

    it(`may be left out by .dockerignore: ${what}`, async () => {
      await writeProject(at('project'), { 'secret/key.pem': 'x', 'main.py': '', '.dockerignore': 'secret' })
      await chmod(at(), 0o755)
      await chmod(what === 'a file' ? at('project', 'secret/key.pem') : at('project', 'secret'), 0)
      expect(walk(at('project')).stdout.trim()).toBe('walked')
    })
  }
})

describe('a file that changes while it is read', () => {
  const source = (size: number): Source => ({
    entry: entry('app/log', 'file', { size }),
    content: { file: at('log') },
  })
  const changed = expect.objectContaining({
    name: 'Failure',
    message: expect.stringMatching(/log" changed while it was being read/),
    hint: expect.stringContaining('.dockerignore'),
  })

  it('is a Failure when it shrank or grew before', async () => {
    await writeFile(at('log'), 'x'.repeat(100))
    for (const size of [99, 101]) expect(() => [...tarBytes([source(size)])]).toThrow(changed)
  })

  it('is a Failure when it shrinks under the reader', async () => {
    await writeFile(at('log'), Buffer.alloc(5 * 2 ** 20))
    const chunks = tarBytes([source(5 * 2 ** 20)])
    chunks.next()
    chunks.next()
    await truncate(at('log'), 2 ** 20)
    expect(() => [...chunks]).toThrow(changed)
  })

  it('is a Failure when it is gone, or has become a link or a folder', async () => {
    expect(() => [...tarBytes([source(3)])]).toThrow(Failure)
    await symlink('/etc/passwd', at('log'))
    expect(() => [...tarBytes([source(3)])]).toThrow(Failure)
  })

  it('is a Failure when it changes between two looks and keeps its size; nothing is kept of it', async () => {
    await writeFile(at('log'), 'before')
    const store = await openStore(at('store'))
    const context = { store, compression: 'gzip', lanes: new Lanes(2) } as const
    class Edited extends Array<Source> {
      looks = 0;
      override [Symbol.iterator](): ArrayIterator<Source> {
        this.looks += 1
        if (this.looks === 2) writeFileSync(at('log'), 'after!')
        return super[Symbol.iterator]()
      }
    }
    const head = new Edited()
    head.push(source(6))
    await expect(sharedLayer(head, [], 'app', context)).rejects.toMatchObject({
      name: 'Failure',
      message: expect.stringContaining('changed while it was being read'),
      hint: expect.stringContaining('.dockerignore'),
    })
    await writeFile(at('log'), 'before')
    const layer = await sharedLayer([source(6)], [], 'app', context)
    await writeFile(at('log'), 'before')
    const fresh = { ...context, store: await openStore(at('another')) }
    expect(layer).toEqual(await sharedLayer([source(6)], [], 'app', fresh))
  })

  it('closes what it opened when nobody reads on', async () => {
    await writeFile(at('log'), Buffer.alloc(5 * 2 ** 20))
    // Of this file alone: the process has others that come and go.
    const open = (): number =>
      execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' }).split(at('log')).length - 1
    const chunks = tarBytes([source(5 * 2 ** 20)])
    chunks.next()
    chunks.next()
    expect(open()).toBe(1)
    chunks.return(undefined)
    expect(open()).toBe(0)
  })
})

describe('a file of over 8 GiB', () => {
  it('is written with its size in a pax header, and streamed', async () => {
    const size = 9 * 2 ** 30
    await writeFile(at('large'), '')
    await truncate(at('large'), size)
    const { files } = await walkProject(at())
    expect(files).toMatchObject([{ path: 'large', size }])
    const chunks = tarBytes(files.map((file) => projectSource(file, 'app')))
    const header = Buffer.from(chunks.next().value ?? [])
    expect(header.toString('latin1')).toContain(`size=${size}\n`)
    const first = chunks.next()
    expect(first.done === true ? 0 : first.value.length).toBe(2 ** 20)
    chunks.return(undefined)
  })
})
