import { Failure } from '../failure.ts'
import { formatPlatform, type Platform } from '../image/platform.ts'
import type { MarkerEnvironment } from './markers.ts'

/** What an environment is for: the interpreter and C library that were found in the base image. */
export interface Target {
  readonly platform: Platform
  readonly python: PythonVersion
  readonly libc: Libc
}

export interface PythonVersion {
  /** `3.13` */
  readonly minor: string
  /** `3.13.5`: markers such as `python_full_version >= "3.13.2"` need it. */
  readonly full: string
}

export interface Libc {
  readonly kind: 'glibc' | 'musl'
  /** `2.36`, `1.2` */
  readonly version: string
}

const machines: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  '386': 'i686',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
}

/** What `platform.machine()` says in an image for this platform: `x86_64`, `aarch64`, `armv7l`. */
export function machine(platform: Platform): string {
  if (platform.architecture === 'arm') return platform.variant === 'v6' ? 'armv6l' : 'armv7l'
  return machines[platform.architecture] ?? platform.architecture
}

/**
 * The marker variables of CPython in an image for the target. Release and version of the kernel are those of the
 * host that runs it one day, and empty here.
 */
export function markerEnvironment(
  target: Target,
  chosen: { readonly extras: readonly string[]; readonly groups: readonly string[] } = {
    extras: [],
    groups: [],
  },
): MarkerEnvironment {
  return {
    implementation_name: 'cpython',
    implementation_version: target.python.full,
    os_name: 'posix',
    platform_machine: machine(target.platform),
    platform_python_implementation: 'CPython',
    platform_release: '',
    platform_system: 'Linux',
    platform_version: '',
    python_full_version: target.python.full,
    python_version: target.python.minor,
    sys_platform: 'linux',
    extra: '',
    extras: chosen.extras,
    dependency_groups: chosen.groups,
  }
}

/** Versions that uv's --python-platform knows for glibc; a newer libc takes the highest of them. */
const manylinux = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]

/**
 * The value for uv's `--python-platform`, as close to the libc that was found as uv can say it and never above it.
 * Throws Failure for a platform that uv cannot install for.
 */
export function uvPlatform(target: Target): string {
  const arch = machine(target.platform)
  if (target.platform.os === 'linux' && (arch === 'x86_64' || arch === 'aarch64')) {
    if (target.libc.kind === 'musl') return `${arch}-unknown-linux-musl`
    const [major = 0, minor = 0] = target.libc.version.split('.').map(Number)
    const known = major > 2 ? manylinux : manylinux.filter((version) => major === 2 && version <= minor)
    const highest = known.at(-1)
    if (highest !== undefined) return `${arch}-manylinux_2_${highest}`
  }
  if (target.platform.os === 'linux' && arch === 'riscv64' && target.libc.kind === 'glibc') {
    return 'riscv64-unknown-linux'
  }
  throw new Failure(
    'usage',
    `no environment can be installed for ${formatPlatform(target.platform)} with ${target.libc.kind} ${target.libc.version}`,
    { hint: 'linux/amd64 and linux/arm64 with glibc 2.17 or newer, or with musl, are supported' },
  )
}
