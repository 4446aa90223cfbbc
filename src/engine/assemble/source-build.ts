import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import type { Chosen } from './environment.ts'
import { installedDistributions, installLocked, type InstallContext } from './install.ts'

/**
 * Builds source packages on this machine, isolated, and installs each into a folder of its own. Only pure-Python ones
 * can be used for an image: what is compiled here fits this machine. All that cannot be used are named in one Failure.
 */
export async function buildFromSource(
  sources: readonly Chosen[],
  folder: string,
  context: InstallContext & { readonly progress: (text: string) => void },
): Promise<Map<Chosen, { prefix: string; distInfo: string }>> {
  const places = new Map<Chosen, { prefix: string; distInfo: string }>()
  const unusable: { name: string; why: string }[] = []
  for (const one of sources) {
    const { name, version } = one.locked
    context.progress(`building ${name} ${version ?? ''} from source`)
    const own = join(folder, name)
    const prefix = join(own, 'prefix')
    try {
      await installLocked([one.locked], own, true, context)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const isForThisMachine = /built wheel .* is not compatible/.test(error.message)
      // Whatever else went wrong (an index, a hash, the disk) is no fault of the package.
      if (!isForThisMachine && !/build backend returned|Call to `/.test(error.message)) throw error
      const why = isForThisMachine ? compiled : error.message.replace(/^[^\n]*\n/, '')
      unusable.push({ name: `${name} ${version ?? ''}`, why })
      continue
    }
    const distInfo = (await installedDistributions(prefix)).get(name)
    const wheel =
      distInfo === undefined ? '' : await readFile(join(prefix, distInfo, 'WHEEL'), 'utf8').catch(() => '')
    if (distInfo !== undefined && /^Tag: .*-none-any\s*$/m.test(wheel)) places.set(one, { prefix, distInfo })
    else
      unusable.push({
        name: `${name} ${version ?? ''}`,
        why: compiled,
      })
  }
  if (unusable.length === 0) return places
  throw new Failure(
    'build',
    `no wheel fits the image, and a build on this machine gives none either, for:\n${unusable
      .map(({ name, why }) => `- ${name.trim()}: ${lastLines(why)}`)
      .join('\n')}`,
    {
      hint: 'lock a version that has a wheel for this Python and platform, or choose a base image whose Python and C library the wheels are for',
    },
  )
}

const compiled = 'it has code that is compiled for the machine it is built on'

function lastLines(text: string): string {
  const lines = text.trim().split('\n')
  return lines.length <= 6 ? lines.join('\n  ') : `…\n  ${lines.slice(-6).join('\n  ')}`
}
