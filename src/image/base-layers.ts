import type { HistoryEntry, ImageConfig } from './config.ts'

/** How every layer that this project adds begins its line of the history. */
const ours = 'pydeps-image: '

/** A base that an image's history tells of. */
export interface BaseByHistory {
  /** How many of the lowest layers are the base's. */
  readonly layers: number
  /** For people: `an official Python image`; undefined for whatever is below the layers that this project added. */
  readonly is: string | undefined
}

/** Whether this project added the layer with this line of the history. */
export function isOurs(createdBy: string | undefined): boolean {
  return createdBy?.startsWith(ours) === true
}

/**
 * The base of an image, where its history tells: what is below the layers that this project added; else an official
 * Python image, which sets PYTHON_VERSION and PYTHON_SHA256, builds Python, and ends with `CMD ["python3"]`; else the
 * operating system, whose only layer comes first. Undefined where none of it is
 * found, where the history is not about the layers, and where nothing is above the base.
 */
export function baseByHistory({ history, diffIds }: ImageConfig): BaseByHistory | undefined {
  const lines = history.filter(({ emptyLayer }) => emptyLayer !== true)
  if (lines.length !== diffIds.length) return undefined
  const added = lines.findLastIndex(({ createdBy }) => !isOurs(createdBy)) + 1
  const python = officialPython(history)
  const system = operatingSystem(history)
  const found: BaseByHistory =
    added < lines.length
      ? { layers: added, is: undefined }
      : python !== undefined
        ? { layers: python, is: 'an official Python image' }
        : { layers: system ?? lines.length, is: 'the image of an operating system' }
  return found.layers < lines.length ? found : undefined
}

/** As `baseByHistory`, the layers alone. */
export function baseLayersByHistory(config: ImageConfig): number | undefined {
  return baseByHistory(config)?.layers
}

function officialPython(history: readonly HistoryEntry[]): number | undefined {
  const version = history.findIndex(({ createdBy }) => /\bENV PYTHON_VERSION=/.test(createdBy ?? ''))
  const hash = history.findIndex(({ createdBy }) => /\bENV PYTHON_SHA256=/.test(createdBy ?? ''))
  if (version < 0 || hash < version) return undefined
  const end = history.findIndex(
    ({ createdBy }, i) => i > hash && /\bCMD \["python3"\]\s*$/.test(createdBy ?? ''),
  )
  return end < 0 ? undefined : layersIn(history.slice(0, end))
}

function operatingSystem(history: readonly HistoryEntry[]): number | undefined {
  const [first, ...more] = history
  if (!first || first.emptyLayer === true) return undefined
  // What is looked for stands at the beginning; a stranger's line may be of megabytes.
  const createdBy = (first.createdBy ?? '').slice(0, 500)
  // Debian's own builder says so in its line; others add one archive, and then a shell to be started.
  if (createdBy.startsWith('# debian.sh ')) return 1
  if (!/\bADD (?:file:[0-9a-f]+|[\w./-]+\.tar[\w.]*) (?:in )?\/ *(?:#|$)/.test(createdBy)) return undefined
  const next = more.findIndex(({ emptyLayer }) => emptyLayer !== true)
  const settings = next < 0 ? more : more.slice(0, next)
  const shell = /\bCMD \["(?:\/bin\/)?(?:ba)?sh"\]\s*$/
  return settings.some((line) => shell.test(line.createdBy ?? '')) ? 1 : undefined
}

function layersIn(history: readonly HistoryEntry[]): number {
  return history.filter(({ emptyLayer }) => emptyLayer !== true).length
}
