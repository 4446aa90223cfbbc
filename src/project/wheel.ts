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

/** Undefined for what is no wheel's name: an index may list anything. */
export function parseWheelName(filename: string): WheelName | undefined {
  if (!filename.endsWith('.whl')) return undefined
  const parts = filename.slice(0, -'.whl'.length).split('-')
  if (parts.length !== 5 && parts.length !== 6) return undefined
  const [distribution = '', version = ''] = parts
  const build = parts.length === 6 ? /^(\d+)(.*)$/s.exec(parts[2] ?? '') : undefined
  const [pythons = [], abis = [], platforms = []] = parts
    .slice(-3)
    .map((part) => part.toLowerCase().split('.'))
  const tags = [...pythons, ...abis, ...platforms]
  if (build === null || !/^[\w.]+$/.test(distribution) || version === '') return undefined
  if (!tags.every((tag) => /^\w+$/.test(tag))) return undefined
  return {
    distribution,
    version,
    build: build ? [Number(build[1]), build[2] ?? ''] : undefined,
    pythons,
    abis,
    platforms,
  }
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
