import { machine, type Target } from './target.ts'
import { parseWheelName, platformsIn, wheelTags } from './wheel.ts'

/**
 * The tags of wheels that CPython takes on a target, best first (PEP 425, 600 and 656): the interpreter's own ABI,
 * the stable ABI of it and of older ones, no ABI, then wheels for any platform.
 */
export function tagsFor(target: Target): readonly string[] {
  const minor = Number(target.python.minor.split('.')[1])
  const platforms = platformTags(target)
  const each = (python: string, abi: string): readonly string[] =>
    platforms.map((p) => `${python}-${abi}-${p}`)
  const olderMinors = Array.from({ length: minor }, (_, i) => minor - 1 - i)
  const own = `cp3${minor}`
  const generic = [`py3${minor}`, 'py3', ...olderMinors.map((older) => `py3${older}`)]
  return [
    ...each(own, own),
    ...each(own, 'abi3'),
    ...each(own, 'none'),
    // The stable ABI began with 3.2.
    ...olderMinors.filter((older) => older >= 2).flatMap((older) => each(`cp3${older}`, 'abi3')),
    ...generic.flatMap((python) => each(python, 'none')),
    `${own}-none-any`,
    ...generic.map((python) => `${python}-none-any`),
  ]
}

/** Platform tags of wheels, best first: each libc version from the target's down, then plain `linux`. */
export function platformTags(target: Target): readonly string[] {
  const arch = machine(target.platform)
  const [major = 0, minor = 0] = target.libc.version.split('.').map(Number)
  const down = (lowest: number): readonly number[] =>
    Array.from({ length: Math.max(0, minor - lowest + 1) }, (_, i) => minor - i)
  const libc =
    target.libc.kind === 'musl'
      ? down(0).map((version) => `musllinux_${major}_${version}_${arch}`)
      : major === 2
        ? down(oldestGlibc(arch)).flatMap((version) => manylinux(version, arch))
        : []
  return [...libc, `linux_${arch}`]
}

/** Chooses among wheels for one target; the best tag wins, then the highest build number. */
export function wheelChooser(
  target: Target,
): <T extends { readonly filename: string }>(files: readonly T[]) => T | undefined {
  const ranks = new Map(tagsFor(target).map((tag, rank) => [tag, rank]))
  const platforms = new Set([...platformTags(target), 'any'])
  return (files) => {
    let best:
      { readonly file: (typeof files)[number]; readonly rank: number; readonly build: Build } | undefined
    for (const file of files) {
      // Most wheels of a lock are for other platforms, which is soon seen.
      if (!platformsIn(file.filename).some((platform) => platforms.has(platform))) continue
      const wheel = parseWheelName(file.filename)
      if (wheel === undefined) continue
      const rank = Math.min(...wheelTags(wheel).map((tag) => ranks.get(tag) ?? Infinity))
      if (rank === Infinity) continue
      const build = wheel.build ?? [-1, '']
      if (best === undefined || rank < best.rank || (rank === best.rank && isHigher(build, best.build))) {
        best = { file, rank, build }
      }
    }
    return best?.file
  }
}

/** The wheel to install on a target; undefined when none fits. */
export function bestWheel<T extends { readonly filename: string }>(
  files: readonly T[],
  target: Target,
): T | undefined {
  return wheelChooser(target)(files)
}

type Build = readonly [number, string]

function isHigher(a: Build, b: Build): boolean {
  return a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1]
}

function oldestGlibc(arch: string): number {
  return arch === 'x86_64' || arch === 'i686' ? 5 : 17
}

/** A tag of PEP 600, and its name from before where it has one. */
function manylinux(version: number, arch: string): readonly string[] {
  const named: Readonly<Record<number, string>> = {
    17: 'manylinux2014',
    12: 'manylinux2010',
    5: 'manylinux1',
  }
  const alias = named[version]
  return [`manylinux_2_${version}_${arch}`, ...(alias === undefined ? [] : [`${alias}_${arch}`])]
}
