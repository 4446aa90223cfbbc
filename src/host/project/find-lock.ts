import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Failure } from '../../failure.ts'
import type { Lock } from '../../project/lock.ts'
import { parsePyproject, type Pyproject } from '../../project/pyproject.ts'
import { matchesMember } from '../../project/workspace.ts'

export interface FoundLock {
  readonly kind: Lock['kind']
  /** Absolute. */
  readonly path: string
  /** As the user knows it, relative to the project's folder. */
  readonly shown: string
  readonly text: string
  /** Other lock files that are there and are not used. */
  readonly others: readonly string[]
}

/** Locks of other tools, and the command that makes one of ours from it. */
const foreign: Readonly<Record<string, string>> = {
  'poetry.lock': 'poetry export -f requirements.txt -o requirements.txt (plugin poetry-plugin-export)',
  'pdm.lock': 'pdm export --prod -f requirements -o requirements.txt',
  'Pipfile.lock': 'pipenv requirements --hash > requirements.txt',
}

/**
 * The lock of a project: uv.lock, else pylock.toml, else requirements.txt, in its folder; for a member of a uv
 * workspace the uv.lock of the workspace's root. Throws Failure which names what is looked for.
 */
export async function findLock(context: string): Promise<FoundLock> {
  const names = await readdir(context).catch((cause: unknown) => {
    throw new Failure('usage', `the project's folder ${context} cannot be read`, { cause })
  })
  const pylocks = names.filter((name) => /^pylock(\.[^.]+)?\.toml$/.test(name)).sort()
  const named = pylocks.filter((name) => name !== 'pylock.toml')
  const candidates = ['uv.lock', 'pylock.toml', ...named, 'requirements.txt'].filter((name) =>
    names.includes(name),
  )
  const root = names.includes('uv.lock') ? undefined : await workspaceRoot(context)
  const inRoot = root === undefined ? undefined : join(root, 'uv.lock')
  const text = inRoot === undefined ? undefined : await readIfThere(inRoot)
  if (inRoot !== undefined && text !== undefined) {
    return { kind: 'uv', path: inRoot, shown: relative(context, inRoot), text, others: candidates }
  }
  const [chosen, ...others] = candidates
  if (chosen === undefined) throw noLock(context, names)
  if (named.length > 1 && chosen === named[0]) {
    throw new Failure('usage', `the project has several locks and no pylock.toml: ${named.join(', ')}`, {
      hint: 'name the one for the image pylock.toml',
    })
  }
  const path = join(context, chosen)
  const kind = chosen === 'uv.lock' ? 'uv' : chosen === 'requirements.txt' ? 'requirements' : 'pylock'
  return { kind, path, shown: chosen, text: await readText(path), others }
}

/** Text of a pyproject.toml in a folder, parsed; undefined when there is none. */
export async function readPyproject(
  folder: string,
  shown = 'pyproject.toml',
): Promise<Pyproject | undefined> {
  const text = await readIfThere(join(folder, 'pyproject.toml'))
  return text === undefined ? undefined : parsePyproject(text, shown)
}

export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Failure('usage', `${path} cannot be read`, { cause })
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Failure('usage', `${path} cannot be read`, { cause })
  }
}

/** The folder above whose pyproject.toml counts this one among its workspace's members. */
async function workspaceRoot(context: string): Promise<string | undefined> {
  for (let folder = dirname(context); ; folder = dirname(folder)) {
    const text = await readIfThere(join(folder, 'pyproject.toml'))
    // A stranger's file further up must not break this project: only a workspace is parsed.
    if (text !== undefined && /\[\s*tool\s*\.\s*uv\b|workspace/.test(text)) {
      const pyproject = parsePyproject(text, relative(context, join(folder, 'pyproject.toml')))
      if (matchesMember(pyproject.uv, relative(folder, context))) return folder
    }
    if (folder === dirname(folder)) return undefined
  }
}

function noLock(context: string, names: readonly string[]): Failure {
  const other = Object.keys(foreign).find((name) => names.includes(name))
  if (other !== undefined) {
    return new Failure('usage', `${other} is a lock that cannot be read here`, {
      hint: `export it to one that can: ${foreign[other] ?? ''}`,
    })
  }
  return new Failure('usage', `no uv.lock, pylock.toml or requirements.txt in ${context}`, {
    hint: names.includes('pyproject.toml')
      ? 'lock the dependencies with: uv lock'
      : 'write pyproject.toml and run uv lock, or write a requirements.txt',
  })
}
