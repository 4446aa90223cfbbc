/** The parts of a wheel's file name (PEP 427, PEP 425). */
export interface WheelName {
  readonly distribution: string
  readonly version: string
  /** Number and suffix; undefined without a build tag. */
  readonly build: readonly [number, string] | undefined
  readonly pythons: readonly string[]
  readonly abis: readonly string[]
  readonly platforms: readonly string[]
}

const tagSet = String.raw`(\w+(?:\.\w+)*)`
const pattern = new RegExp(
  String.raw`^([\w.]+)-([^-]+)(?:-(\d+)([^-]*))?-${tagSet}-${tagSet}-${tagSet}\.whl$`,
)

/** Undefined for what is no wheel's name: an index may list anything. */
export function parseWheelName(filename: string): WheelName | undefined {
  const match = pattern.exec(filename)
  if (!match) return undefined
  const [, distribution = '', version = '', build, suffix = '', ...sets] = match
  const [pythons = [], abis = [], platforms = []] = sets.map((set) => set.toLowerCase().split('.'))
  return {
    distribution,
    version,
    build: build === undefined ? undefined : [Number(build), suffix],
    pythons,
    abis,
    platforms,
  }
}

/** The platforms of a wheel's file name, which need not be one. */
export function platformsIn(filename: string): readonly string[] {
  return filename
    .slice(filename.lastIndexOf('-') + 1, -'.whl'.length)
    .toLowerCase()
    .split('.')
}

/** Every `python-abi-platform` that a wheel is for. */
export function wheelTags(wheel: WheelName): readonly string[] {
  return wheel.pythons.flatMap((python) =>
    wheel.abis.flatMap((abi) => wheel.platforms.map((platform) => `${python}-${abi}-${platform}`)),
  )
}

/** Whether a wheel says that it holds compiled code or depends on a platform. */
export function isPlatformWheel(wheel: WheelName): boolean {
  return wheel.platforms.some((platform) => platform !== 'any') || wheel.abis.some((abi) => abi !== 'none')
}
