import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { parseRequirement } from '../../project/requirement.ts'
import { parseRequirements, pinnedVersion } from '../../project/requirements.ts'
import type { IndexOptions } from '../../project/requirements-options.ts'
import { renderToml, type TomlTable } from '../../project/toml.ts'
import { compareVersions } from '../../project/version.ts'
import { run, toolText } from '../process.ts'
import type { Uv } from './find.ts'
import { hostPython } from './python.ts'

/** What `uv pip compile` is asked: requirements as lines of a file, paths absolute. */
export interface Compilation {
  readonly requirements: readonly string[]
  readonly constraints: readonly string[]
  readonly remoteConstraints: readonly string[]
  readonly index: IndexOptions
  /** Keys of a uv.toml. */
  readonly settings: TomlTable
  /** Nothing is to be resolved: the requirements are complete, and pinned. */
  readonly frozen: boolean
  /** Pythons to try, oldest first. */
  readonly minors: readonly string[]
}

export interface Compiled {
  /** A pylock.toml. */
  readonly text: string
  /** Folder (gone by now) that paths in it are relative to. */
  readonly folder: string
  /** The index that all its files are from; undefined when there are several, or other places. */
  readonly index: string | undefined
}

/**
 * Requirements as a pylock.toml for every platform, from the oldest Python on for which that is possible: all files
 * of each version are then in it, and what it says holds for the images of any platform. Nothing is built to learn
 * about pinned packages. Throws Failure with uv's own words.
 */
export async function compileRequirements(
  compilation: Compilation,
  shown: string,
  options: {
    readonly uv: () => Promise<Uv>
    readonly python?: () => Promise<string>
    readonly env: Readonly<Record<string, string | undefined>>
    readonly signal?: AbortSignal
  },
): Promise<Compiled> {
  // Otherwise uv looks at every Python of this machine for one of the version asked for.
  const python = options.python?.() ?? hostPython(options.env, options.signal)
  const [{ path: uv }, host] = await Promise.all([options.uv(), python])
  const folder = await mkdtemp(join(tmpdir(), 'pydeps-image-'))
  try {
    const output = join(folder, 'pylock.toml')
    const args = [...(await writeInputs(folder, compilation)), '--output-file', output]
    args.push('--python', host)
    const index = onlyIndex(uv, folder, options)
    index.catch(() => undefined)
    let stderr = ''
    let wanted = ''
    for (const minor of compilation.minors) {
      if (wanted !== '' && compareVersions(minor, wanted) < 0) continue
      const result = await run(uv, ['pip', 'compile', ...args, '--python-version', minor], {
        cwd: folder,
        env: options.env,
        ...(options.signal && { signal: options.signal }),
      })
      if (result.code === 0) return { text: await readFile(output, 'utf8'), folder, index: await index }
      stderr = result.stderr
      // Only a package that wants a newer Python is mended by one.
      const newer = /does not satisfy Python(?:>=(\d+\.\d+))?/i.exec(stderr)
      if (newer === null && !/requires-python|requested Python version/i.test(stderr)) break
      wanted = newer?.[1] ?? ''
    }
    throw new Failure('build', `uv cannot resolve ${shown}: ${toolText(stderr).replaceAll(folder, '')}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What uv, with its settings and what is in the folder, calls its index; undefined when that is not all. */
async function onlyIndex(
  uv: string,
  folder: string,
  { env, signal }: Pick<Parameters<typeof compileRequirements>[2], 'env' | 'signal'>,
): Promise<string | undefined> {
  const emit = ['--emit-index-url', '--emit-find-links', '--no-header', '--quiet', '--offline']
  const args = ['pip', 'compile', 'indexes.txt', '--no-python-downloads', ...emit]
  const result = await run(uv, args, { cwd: folder, env, ...(signal && { signal }) })
  if (result.code !== 0) return undefined
  const { indexUrl, extraIndexUrls, findLinks } = parseRequirements(result.stdout, 'indexes').options
  return extraIndexUrls.length + findLinks.length === 0 ? indexUrl : undefined
}

/** Writes the files that uv is to read, and gives the arguments; addresses may hold credentials and stay in files. */
async function writeInputs(folder: string, compilation: Compilation): Promise<string[]> {
  const { index, frozen } = compilation
  const lines = [...indexLines(index), ...compilation.requirements]
  await writeFile(join(folder, 'requirements.txt'), `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'indexes.txt'), `${indexLines(index).join('\n')}\n`)
  const constraints = [
    ...compilation.remoteConstraints.map((address) => `-c ${address}`),
    ...compilation.constraints,
  ]
  await writeFile(join(folder, 'constraints.txt'), `${constraints.join('\n')}\n`)
  const metadata = frozen ? pinnedMetadata(compilation.requirements) : []
  const settings = metadata.length > 0 ? { 'dependency-metadata': metadata } : {}
  await writeFile(join(folder, 'uv.toml'), renderToml({ ...compilation.settings, ...settings }))
  return [
    ...['requirements.txt', '--constraint', 'constraints.txt', '--format', 'pylock.toml', '--universal'],
    ...['--quiet', '--no-header', '--no-annotate', '--no-progress', '--no-python-downloads'],
    // The hashes decide; pip looks for a version in all indexes too.
    ...(frozen ? ['--no-deps', '--index-strategy', 'unsafe-best-match'] : []),
    ...(index.pre ? ['--prerelease', 'allow'] : []),
    ...index.trustedHosts.flatMap((host) => ['--allow-insecure-host', host]),
  ]
}

function indexLines(index: IndexOptions): readonly string[] {
  return [
    ...(index.indexUrl === undefined ? [] : [`--index-url ${index.indexUrl}`]),
    ...index.extraIndexUrls.map((url) => `--extra-index-url ${url}`),
    ...index.findLinks.map((where) => `--find-links ${where}`),
    ...(index.noIndex ? ['--no-index'] : []),
    ...index.noBinary.map((name) => `--no-binary ${name}`),
    ...index.onlyBinary.map((name) => `--only-binary ${name}`),
  ]
}

/** Tells uv that pinned packages depend on nothing, so that it does not build sources to find out. */
function pinnedMetadata(lines: readonly string[]): readonly TomlTable[] {
  return lines.flatMap((line) => {
    if (/^-|^[a-z+]+:\/\/|^\//.test(line)) return []
    const { name, specifier } = parseRequirement(line.replace(/\s--hash=.*$/s, ''))
    const version = pinnedVersion(specifier)
    return version === undefined ? [] : [{ name, version, 'requires-dist': [] }]
  })
}
