import type { Delta, PackageChange } from '../compare/delta.ts'
import { formatBytesDelta } from '../units/bytes.ts'

/** `1 package`, `2 packages`. */
export function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

/** What the base image's own move did, as a sentence; undefined where it did not move. */
export function driftWords({ baseDrift }: Delta): string | undefined {
  return (
    baseDrift &&
    `The base image itself moved: download ${formatBytesDelta(baseDrift.download)}, ` +
      `filesystem ${formatBytesDelta(baseDrift.filesystem)}; that is no doing of this change.`
  )
}

/** The version that it is, or both as in `2.1.0 → 2.2.1`; strangers' text. */
export function versionsOf({ before, after }: PackageChange): string {
  const [old, now] = [before?.version, after?.version]
  return old !== undefined && now !== undefined && old !== now ? `${old} → ${now}` : (now ?? old ?? '')
}
