import type { Lock } from './lock.ts'
import { planWheels } from './native.ts'
import { packageName } from './name.ts'
import type { Target } from './target.ts'

/** Hashes of the wheel that a lock, narrowed to a target, has installed there; nothing for what was built from source. */
export function lockedHashes(
  { packages }: Lock,
  target: Target,
): (name: string, version: string) => Readonly<Record<string, string>> {
  const chosen = new Map(planWheels(packages, target).wheels.map((one) => [one.package.name, one]))
  return (name, version) => {
    const found = chosen.get(packageName(name))
    return found?.package.version === version ? found.wheel.hashes : {}
  }
}
