import type { Filesystem } from './filesystem.ts'
import { baseName, parentOf } from './layer-files.ts'
import type { Part } from './measurement.ts'

/** What the owners are known of, and what no one needs; paths of files. */
export interface Ownership {
  readonly distributions: ReadonlySet<string>
  readonly system: ReadonlySet<string>
  /** Of a Python that a package manager of Python's own brought. */
  readonly interpreter: Pick<ReadonlySet<string>, 'has'>
  readonly leftovers: Pick<ReadonlySet<string>, 'has'>
}

/**
 * The part that each file belongs to. Everything in the base's layers is `base`; leftovers that neither a distribution
 * nor a system package owns are `waste`; of the rest what a distribution owns or an environment's folder holds is
 * `environment`, then a Python's own files, then what the system's package
 * manager owns, then the application: the working directory, and above a known base whatever is no system folder.
 */
export function createParts(
  filesystem: Filesystem,
  owned: Ownership,
  {
    baseLayers,
    workingDir,
  }: { readonly baseLayers: number | undefined; readonly workingDir: string | undefined },
): (path: string, layer: number) => Part {
  const environments = environmentFolders(filesystem)
  const interpreters = interpreterFolders(filesystem)
  const app = (workingDir ?? '').replace(/^\/+|\/+$/g, '')
  return (path, layer) => {
    if (baseLayers !== undefined && layer < baseLayers) return 'base'
    if (owned.leftovers.has(path) && !owned.distributions.has(path) && !owned.system.has(path)) return 'waste'
    if (owned.distributions.has(path)) return 'environment'
    if (owned.interpreter.has(path)) return 'interpreter'
    if (isInEnvironment(path, environments)) return 'environment'
    if (isInterpreter(path, interpreters)) return 'interpreter'
    if (owned.system.has(path) || /^(?:var\/lib\/dpkg|(?:usr\/)?lib\/apk)\//.test(path)) return 'system'
    if (app !== '' && path.startsWith(`${app}/`)) return 'app'
    const isSystemFolder =
      /^(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|tmp|usr(?!\/local\/)|var)(?:\/|$)/.test(path)
    return baseLayers !== undefined && !isSystemFolder ? 'app' : 'other'
  }
}

/** Folders of environments: of virtual ones, and of conda's, which have nothing else in them. */
interface Environments {
  readonly virtual: ReadonlySet<string>
  readonly conda: ReadonlySet<string>
}

function environmentFolders({ files }: Filesystem): Environments {
  const virtual = new Set<string>()
  const conda = new Set<string>()
  for (const path of files.keys()) {
    if (path.endsWith('pyvenv.cfg') && baseName(path) === 'pyvenv.cfg') virtual.add(parentOf(path))
    const prefix = path.endsWith('conda-meta/history') ? parentOf(parentOf(path)) : ''
    // Where an environment was made over the system's own folders, it has what it owns and no more.
    if (prefix !== '' && !/^usr(?:\/local)?$/.test(prefix)) conda.add(prefix)
  }
  return { virtual, conda }
}

/** What belongs to a virtual environment besides its distributions' files, seen from its folder. */
const environmentFile =
  /^(?:pyvenv\.cfg|\.lock|\.gitignore|CACHEDIR\.TAG|(?:bin|lib|lib64|include|share|etc)(?:\/.*)?)$/

function isInEnvironment(path: string, { virtual, conda }: Environments): boolean {
  if (/(?:^|\/)(?:site|dist)-packages\//.test(path)) return true
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    if (conda.has(folder)) return true
    if (virtual.has(folder) && environmentFile.test(path.slice(folder === '' ? 0 : folder.length + 1)))
      return true
    if (folder === '') return false
  }
}

/** Prefixes of Pythons: the folders above their standard libraries. */
function interpreterFolders({ files }: Filesystem): ReadonlySet<string> {
  const found = new Set<string>()
  for (const path of files.keys()) {
    const [, prefix = '', minor] = /^(?:(.*)\/)?lib\/python(3\.\d+t?)\/os\.pyc?$/.exec(path) ?? []
    if (minor !== undefined) found.add(prefix)
  }
  return found
}

/** A Python's files, seen from its prefix. */
const interpreterFile =
  /^(?:bin\/(?:python|pydoc|idle|2to3)[\d.]*t?(?:-config)?|lib\/(?:lib)?python3[\w.]*(?:\/.*)?|include\/python3[\w.]*\/.*|lib\/pkgconfig\/python.*)$/

function isInterpreter(path: string, interpreters: ReadonlySet<string>): boolean {
  for (const prefix of interpreters) {
    if (prefix !== '' && !path.startsWith(`${prefix}/`)) continue
    // A folder of its own for one Python, as uv and pyenv make it, holds nothing else.
    if (/^(?:cpython-|pypy|3\.\d)/.test(baseName(prefix))) return true
    if (interpreterFile.test(path.slice(prefix === '' ? 0 : prefix.length + 1))) return true
  }
  return false
}
