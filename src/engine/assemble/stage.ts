import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { isTable, parseToml } from '../../project/toml.ts'
import type { LocalPackage } from '../../project/project.ts'
import type { EnvironmentContext } from './environment.ts'
import { copyRepository, findRepository, type Repository } from './repository.ts'
import { fileBytes } from './source.ts'
import { type ProjectFile, walkProject } from './walk.ts'
import type { BuildSource } from './wheel-template.ts'

/** Files that a build needs or quotes and that `.dockerignore` often names. */
const neededToBuild =
  /^(?:readme|license|licence|copying|notice|authors|changelog|changes|history)\b|^(?:pyproject\.toml|setup\.(?:py|cfg)|manifest\.in|hatch\.toml|(?:hatch|pdm)_build\.py)$/i
/** Build requirements that ask version control for the version. */
const asksVersionControl =
  /setuptools[-_]scm|hatch-vcs|versioningit|versioneer|dunamai|dynamic-versioning|setuptools[-_]git|\bpbr\b|vcs-versioning/i
/** Variables that tell such builds the version. */
const tellsVersion = /_PRETEND_VERSION|^PBR_VERSION$|_DYNAMIC_VERSIONING_BYPASS$/

type StagedFile = ProjectFile & { readonly path: string }

export interface PackageSources {
  readonly files: readonly BuildSource[]
  /** Digest of what there is besides their content: names, kinds, links, and the pyproject.toml here and above. */
  readonly names: string
  /** Text of its pyproject.toml. */
  readonly pyproject: string
}

/**
 * The copy that packages are built from: the project at its place below the lowest folder that holds all of its
 * packages, or as a working tree of its repository where a build asks that for the version. A build writes nothing
 * into the project, and sees nothing that the image must not have, but for what the repository tracks.
 */
export class Stage {
  readonly #context: EnvironmentContext
  readonly #packages: readonly LocalPackage[]
  readonly #root: string
  readonly #repository: Repository | undefined
  readonly #walked = new Map<string, Promise<readonly ProjectFile[]>>()
  #copy: Promise<string> | undefined

  private constructor(
    context: EnvironmentContext,
    packages: readonly LocalPackage[],
    projectFiles: readonly ProjectFile[],
    repository: Repository | undefined,
  ) {
    this.#context = context
    this.#packages = packages
    this.#repository = repository
    const ups = packages.map(({ path }) => path.split('/').filter((part) => part === '..').length)
    const lowest = resolve(context.context, ...Array.from({ length: Math.max(0, ...ups) }, () => '..'))
    this.#root = repository?.top ?? lowest
    this.#walked.set(context.context, Promise.resolve(projectFiles))
  }

  static async of(
    context: EnvironmentContext,
    packages: readonly LocalPackage[],
    projectFiles: readonly ProjectFile[],
  ): Promise<Stage> {
    const folders = packages.map(({ path }) => resolve(context.context, path))
    const asks = (await Promise.all(folders.map(pyprojectOf))).some((text) => asksVersionControl.test(text))
    const isTold = Object.keys(context.env).some((name) => tellsVersion.test(name))
    const repository = asks && !isTold ? await findRepository(context.context, context) : undefined
    const holdsAll = folders.every((folder) => inside(folder, repository?.top ?? ''))
    return new Stage(context, packages, projectFiles, holdsAll ? repository : undefined)
  }

  /** What a package is built from, read now. */
  async sourcesOf({ path: at }: LocalPackage): Promise<PackageSources> {
    const folder = resolve(this.#context.context, at)
    const files: BuildSource[] = []
    const names = createHash('sha256')
    for (const { path, file, type, size, executable, linkname } of await this.#filesBelow(folder)) {
      const own = relative(folder, path)
      names.update(JSON.stringify([own, type, executable, linkname]))
      if (type === 'file') files.push({ path: own, size, hash: hashOf(file, size), file })
    }
    const pyproject = await pyprojectOf(folder)
    names.update(JSON.stringify([pyproject, await pyprojectOf(this.#root)]))
    return { files, names: names.digest('hex'), pyproject }
  }

  /**
   * What decides a package's wheel: the files below its folder, the pyproject.toml above it, and the version that its
   * repository gives it; undefined when nothing can tell.
   */
  keyOf({ files, names, pyproject }: PackageSources): string | undefined {
    const hash = createHash('sha256').update(names)
    hash.update(JSON.stringify(files.map((one) => [one.path, one.hash])))
    if (asksVersionControl.test(pyproject)) {
      const told = Object.entries(this.#context.env).filter(([name]) => tellsVersion.test(name))
      hash.update(JSON.stringify([told.sort(), this.#repository?.state]))
      if (this.#repository && this.#repository.state === undefined) return undefined
    }
    return hash.digest('hex')
  }

  /** Where a package lies in the copy, which is made when it is first asked for. */
  async folder({ path }: LocalPackage): Promise<string> {
    const copy = await (this.#copy ??= this.#make())
    return join(copy, relative(this.#root, resolve(this.#context.context, path)))
  }

  async remove(): Promise<void> {
    const copy = await this.#copy?.catch(() => undefined)
    if (copy !== undefined) await rm(copy, { recursive: true, force: true })
  }

  /** Files with absolute paths, below one folder. */
  async #filesBelow(folder: string): Promise<readonly StagedFile[]> {
    const top = inside(folder, this.#context.context) ? this.#context.context : folder
    let walked = this.#walked.get(top)
    if (!walked) this.#walked.set(top, (walked = walkProject(top).then(({ files }) => files)))
    const files = (await walked)
      .map((file) => ({ ...file, path: join(top, file.path) }))
      .filter(({ path }) => inside(path, folder))
    const known = new Set(files.map(({ path }) => path))
    for (const name of await neededIn(folder)) {
      const path = join(folder, name)
      const found = known.has(path) ? undefined : await stat(path).catch(() => undefined)
      if (found?.isFile() !== true) continue
      const file = { file: Buffer.from(path), size: found.size, executable: false, rawName: false }
      files.push({ ...file, path, type: 'file', linkname: undefined })
    }
    return files
  }

  async #make(): Promise<string> {
    const context = this.#context
    const made = await mkdtemp(join(context.store.root, 'tmp', 'stage-'))
    try {
      if (this.#repository) await copyRepository(this.#repository, made, context)
      const folders = this.#packages.map(({ path }) => resolve(context.context, path))
      for (const folder of new Set([context.context, ...folders])) {
        for (const one of await this.#filesBelow(folder)) await this.#place(one, made)
      }
      const above = join(this.#root, 'pyproject.toml')
      await copyFile(above, join(made, 'pyproject.toml'), constants.COPYFILE_EXCL).catch(() => undefined)
      return made
    } catch (error) {
      await rm(made, { recursive: true, force: true })
      throw error
    }
  }

  async #place({ path, rawName, type, file, linkname = '' }: StagedFile, made: string): Promise<void> {
    if (rawName) return
    const to = join(made, relative(this.#root, path))
    await mkdir(type === 'directory' ? to : dirname(to), { recursive: true })
    try {
      const flags = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL
      if (type === 'file') await copyFile(file, to, flags)
      if (type === 'symlink') await symlink(linkname, to)
    } catch (error) {
      // It came with the repository, or with a package around this one.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Hash of a file as RECORD has it. Throws Failure when it has not the size that was seen. */
export function hashOf(file: Buffer, size: number): string {
  const hash = createHash('sha256')
  for (const chunk of fileBytes(file, size)) hash.update(chunk)
  return `sha256=${hash.digest('base64url')}`
}

function pyprojectOf(folder: string): Promise<string> {
  return readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => '')
}

/** Paths that a build needs, whatever `.dockerignore` says: by their names, and the readme that the metadata quotes. */
async function neededIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  const project = parseToml(await pyprojectOf(folder), join(folder, 'pyproject.toml'))['project']
  const readme = isTable(project) ? project['readme'] : undefined
  const file = isTable(readme) ? readme['file'] : readme
  const quoted = typeof file === 'string' && inside(resolve(folder, file), folder) ? [file] : []
  return [...new Set([...names.filter((name) => neededToBuild.test(name)), ...quoted])]
}

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
