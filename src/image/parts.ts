import { type Above, below, createAbove } from './above.ts'
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
  const { virtual, conda } = environmentFolders(filesystem)
  const environmentsAbove = createAbove(new Set([...virtual, ...conda]))
  const interpretersAbove = createAbove(interpreterFolders(filesystem))
  const app = (workingDir ?? '').replace(/^\/+|(?<!\/)\/+$/g, '')
  return (path, layer) => {
    if (baseLayers !== undefined && layer < baseLayers) return 'base'
    if (owned.leftovers.has(path) && !owned.distributions.has(path) && !owned.system.has(path)) return 'waste'
    if (owned.distributions.has(path)) return 'environment'
    if (owned.interpreter.has(path)) return 'interpreter'
    if (isInEnvironment(path, environmentsAbove(path), conda)) return 'environment'
    if (isInterpreter(path, interpretersAbove(path))) return 'interpreter'
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

function isInEnvironment(path: string, above: Above | undefined, conda: ReadonlySet<string>): boolean {
  if (/(?:^|\/)(?:site|dist)-packages\//.test(path)) return true
  for (let at = above; at; at = at.next)
    if (conda.has(at.folder) || environmentFile.test(below(at.folder, path))) return true
  return false
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

function isInterpreter(path: string, above: Above | undefined): boolean {
  for (let at = above; at; at = at.next) {
    // A folder of its own for one Python, as uv and pyenv make it, holds nothing else.
    if (/^(?:cpython-|pypy|3\.\d)/.test(baseName(at.folder))) return true
    if (interpreterFile.test(below(at.folder, path))) return true
  }
  return false
}
