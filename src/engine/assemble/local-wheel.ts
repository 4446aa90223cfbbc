import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { run, toolText } from '../../host/process.ts'
import type { LocalPackage } from '../../project/project.ts'
import { collect } from './collect.ts'
import { compressionVersion } from './compress.ts'
import type { EnvironmentContext } from './environment.ts'
import { installedDistributions, installWheel } from './install.ts'
import { environmentPython } from './layout.ts'
import { makePart } from './make-part.ts'
import { keptPart } from './kept-part.ts'
import type { Part } from './part.ts'
import { settleParts } from './settle-parts.ts'
import { tarBytes } from './source.ts'
import { entry } from './source.ts'
import { type ProjectFile, walkProject } from './walk.ts'

/** Files that a package's metadata may quote, and that `.dockerignore` often names. */
const quotedInMetadata = /^(?:readme|license|licence|copying|notice|authors|changelog|changes|history)\b/i
/** Build requirements that ask version control for the version: such a wheel is built where the project lies. */
const asksVersionControl =
  /setuptools[-_]scm|hatch-vcs|versioningit|versioneer|dunamai|dynamic-versioning|setuptools[-_]git|\bpbr\b|vcs-versioning/i

/**
 * The project's own packages, each built as a wheel on this machine and installed for the image. They are built from
 * a copy of what `.dockerignore` leaves, so that a build writes nothing into the project and sees nothing that the
 * image must not have. A wheel is kept under its sources and built again when one of them changes. No two parts bring
 * the same path.
 */
export async function localParts(
  packages: readonly LocalPackage[],
  projectFiles: readonly ProjectFile[],
  context: EnvironmentContext,
): Promise<{ parts: readonly Part[]; made: readonly string[]; warnings: readonly string[] }> {
  const parts: Part[] = []
  const made: string[] = []
  const stage = new Stage(context, projectFiles, packages)
  try {
    for (const local of packages) {
      const { key, inPlace } = await stage.keyOf(local)
      const kept = inPlace ? undefined : await keptPart(key, context.store)
      if (kept) {
        parts.push(kept)
        continue
      }
      context.progress(`building ${local.name}`)
      const folder = inPlace ? resolve(context.context, local.path) : await stage.folder(local)
      const part = await build(local, folder, context)
      await context.store.records.put(key, JSON.stringify(part))
      parts.push(part)
      made.push(local.name)
    }
    return { ...(await settleParts(parts, context)), made }
  } finally {
    await stage.remove()
  }
}

async function build(local: LocalPackage, folder: string, context: EnvironmentContext): Promise<Part> {
  const work = await mkdtemp(join(context.store.root, 'tmp', 'wheel-'))
  try {
    const out = join(work, 'out')
    const { env, signal } = context
    const [uv, python] = await Promise.all([context.uv(), context.python()])
    const result = await run(
      uv.path,
      ['build', '--wheel', '--no-create-gitignore', '--python', python, '--out-dir', out, folder],
      {
        env: {
          ...env,
          UV_PYTHON_DOWNLOADS: 'never',
          UV_NO_PROGRESS: '1',
          NO_COLOR: '1',
          SOURCE_DATE_EPOCH: '315532800',
        },
        ...(signal ? { signal } : {}),
      },
    )
    const wheel = (await readdir(out).catch(() => [])).find((name) => name.endsWith('.whl'))
    if (result.code !== 0 || wheel === undefined) {
      throw new Failure(
        'build',
        `the project's own package ${local.name} (${local.path}) cannot be built:\n${toolText(result.stderr, 30)}`,
        {
          hint: 'try `uv build --wheel` there; if it is no package, set `package = false` under [tool.uv] in its pyproject.toml',
        },
      )
    }
    if (!wheel.endsWith('-none-any.whl')) {
      throw new Failure(
        'build',
        `the project's own package ${local.name} has compiled code (${wheel}), which fits this machine and not the image`,
        {
          hint: 'build its wheel for the image elsewhere and lock that, or use a Dockerfile',
        },
      )
    }
    await installWheel(join(out, wheel), work, context)
    const prefix = join(work, 'prefix')
    const [distInfo] = (await installedDistributions(prefix)).values()
    if (distInfo === undefined) throw new Failure('build', `the wheel ${wheel} installed nothing`)
    return await makePart(
      collect(prefix, distInfo, context.layout, true),
      context.store,
      context.compression,
      context.lanes,
      false,
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The copy that packages are built from: the project at its place below the lowest folder that holds all of them. */
class Stage {
  readonly #context: EnvironmentContext
  readonly #root: string
  readonly #walked = new Map<string, Promise<readonly ProjectFile[]>>()
  #copy: Promise<string> | undefined

  constructor(
    context: EnvironmentContext,
    projectFiles: readonly ProjectFile[],
    packages: readonly LocalPackage[],
  ) {
    this.#context = context
    const ups = Math.max(
      0,
      ...packages.map(({ path }) => path.split('/').filter((part) => part === '..').length),
    )
    this.#root = resolve(context.context, ...Array.from({ length: ups }, () => '..'))
    this.#walked.set(context.context, Promise.resolve(projectFiles))
  }

  /** What decides a package's wheel: the files below its folder and the pyproject.toml above it. */
  async keyOf(local: LocalPackage): Promise<{ key: string; inPlace: boolean }> {
    const { context, layout, compression } = this.#context
    const folder = resolve(context, local.path)
    const pyproject = await readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => '')
    const hash = createHash('sha256')
    for (const { path, file, type, size, executable, linkname } of await this.#filesBelow(folder)) {
      const mode = executable ? 0o755 : 0o644
      const head = entry(relative(folder, path), type, {
        size,
        mode: type === 'symlink' ? 0o777 : mode,
        ...(linkname === undefined ? {} : { linkname }),
      })
      if (type === 'file')
        for (const chunk of tarBytes([{ entry: { ...head, rawName: true, path: 'f' }, content: { file } }]))
          hash.update(chunk)
      hash.update(JSON.stringify([head.path, type, mode, linkname]))
    }
    hash.update(await readFile(join(this.#root, 'pyproject.toml'), 'utf8').catch(() => ''))
    const key = JSON.stringify([
      'local-part-1',
      compressionVersion,
      compression,
      environmentPython(layout),
      layout.root,
      layout.minor,
      local.name,
      hash.digest('hex'),
    ])
    return { key, inPlace: asksVersionControl.test(pyproject) }
  }

  async folder(local: LocalPackage): Promise<string> {
    const copy = await (this.#copy ??= this.#make())
    return join(copy, relative(this.#root, resolve(this.#context.context, local.path)))
  }

  async remove(): Promise<void> {
    if (this.#copy) await rm(await this.#copy, { recursive: true, force: true })
  }

  /** Files with absolute paths, below one folder. */
  async #filesBelow(folder: string): Promise<(ProjectFile & { path: string })[]> {
    const top = inside(folder, this.#context.context) ? this.#context.context : folder
    let walked = this.#walked.get(top)
    if (!walked) this.#walked.set(top, (walked = walkProject(top).then(({ files }) => files)))
    const files = (await walked)
      .map((file) => ({ ...file, path: join(top, file.path) }))
      .filter(({ path }) => inside(path, folder))
    const known = new Set(files.map(({ path }) => path))
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name)
      const found =
        quotedInMetadata.test(name) && !known.has(path) ? await stat(path).catch(() => undefined) : undefined
      if (found?.isFile()) {
        files.push({
          path,
          file: Buffer.from(path),
          type: 'file',
          size: found.size,
          executable: false,
          linkname: undefined,
          rawName: false,
        })
      }
    }
    return files
  }

  async #make(): Promise<string> {
    const copy = await mkdtemp(join(this.#context.store.root, 'tmp', 'stage-'))
    const folders = [this.#context.context, ...this.#walked.keys()]
    for (const folder of new Set(folders)) {
      for (const one of await this.#filesBelow(folder)) {
        if (one.rawName) continue
        const to = join(copy, relative(this.#root, one.path))
        await mkdir(one.type === 'directory' ? to : dirname(to), { recursive: true })
        if (one.type === 'file') await copyFile(one.file, to, constants.COPYFILE_FICLONE)
        if (one.type === 'symlink') await symlink(one.linkname ?? '', to)
      }
    }
    if (this.#root !== this.#context.context) {
      await copyFile(join(this.#root, 'pyproject.toml'), join(copy, 'pyproject.toml')).catch(() => undefined)
    }
    return copy
  }
}

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
