import { Failure } from '../failure.ts'
import { nearestWord } from '../spelling.ts'

/** What an image runs on, in the words of the OCI image index (`os`, `architecture`, `variant`). */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

const aliases: Record<string, string> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  i386: '386',
}

/** Systems and architectures that images are made for (GOOS and GOARCH, as the OCI image index has them). */
const systems = 'linux windows darwin freebsd netbsd openbsd'.split(' ')
const architectures =
  'amd64 arm64 arm 386 ppc64le ppc64 s390x riscv64 loong64 mips mipsle mips64 mips64le wasm'.split(' ')

/** `linux/amd64`, `linux/arm64/v8` or a bare architecture; throws Failure with the allowed form, or what was meant. */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().toLowerCase().split('/')
  const [os, architecture, variant] = parts.length === 1 ? ['linux', ...parts] : parts
  if (!os || !architecture || parts.length > 3 || !/^[a-z0-9/_.-]+$/.test(text.trim().toLowerCase())) {
    throw new Failure('usage', `platform ${JSON.stringify(text)} is not known`, {
      hint: 'write it as os/architecture, for example linux/amd64 or linux/arm64',
    })
  }
  const known = aliases[architecture] ?? architecture
  if (!systems.includes(os) || !architectures.includes(known)) throw unknownPlatform(text, os, known)
  // arm64 has one variant in practice; naming it would make equal platforms differ.
  const kept = variant && !(known === 'arm64' && variant === 'v8') ? { variant } : {}
  return { os, architecture: known, ...kept }
}

function unknownPlatform(text: string, os: string, architecture: string): Failure {
  const meantOs = systems.includes(os) ? os : nearestWord(os, systems)
  const meant = architectures.includes(architecture)
    ? architecture
    : nearestWord(architecture, [...architectures, ...Object.keys(aliases)])
  const near =
    meantOs === undefined || meant === undefined ? '' : `; ${meantOs}/${aliases[meant] ?? meant} is near`
  return new Failure('usage', `platform ${JSON.stringify(text)} is not known${near}`, {
    hint: `write it as os/architecture, for example linux/amd64 or linux/arm64; known architectures are ${architectures.join(', ')}`,
  })
}

/** `os/architecture[/variant]`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant ? [platform.variant] : [])].join('/')
}

/** Whether an image for `offered` is what was asked for; arm64 without a variant is arm64/v8. */
export function samePlatform(asked: Platform, offered: Platform): boolean {
  const variant = (p: Platform): string => p.variant ?? (p.architecture === 'arm64' ? 'v8' : '')
  return (
    asked.os === offered.os &&
    asked.architecture === offered.architecture &&
    (asked.variant === undefined || variant(asked) === variant(offered))
  )
}

/** The platform of images for a machine whose architecture Node calls this (`process.arch`). */
export function hostPlatform(arch: string): Platform {
  const known: Record<string, Omit<Platform, 'os'>> = {
    x64: { architecture: 'amd64' },
    ia32: { architecture: '386' },
    arm: { architecture: 'arm', variant: 'v7' },
    ppc64: { architecture: 'ppc64le' },
  }
  return { os: 'linux', ...(known[arch] ?? { architecture: arch }) }
}
