import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registries, type RegistriesOptions } from '../registry/registries.ts'
import type { Seals } from '../store/seals.ts'

/** What reading and writing images needs from this machine; closed when the images are no longer used. */
export interface ImageContext {
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal | undefined
  readonly registries: Registries
  /** Where blobs that are read again and again are known again. */
  readonly seals: Seals | undefined
  /** A private folder that lives until the context is closed. */
  temporaryFolder(): Promise<string>
  /** Closes connections and removes temporary folders. */
  close(): Promise<void>
}

/** A context for one run. `env` tells where Docker's config, its daemon, proxies and TMPDIR are. */
export function createImageContext(options: RegistriesOptions & { readonly seals?: Seals }): ImageContext {
  const registries = new Registries(options)
  const folders = new Set<string>()
  // A run that ends by process.exit has no time for promises.
  const atExit = (): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  return {
    env: options.env,
    signal: options.signal,
    registries,
    seals: options.seals,
    async temporaryFolder() {
      const parent = options.env['TMPDIR'] ?? tmpdir()
      const folder = join(parent, `pydeps-image-${process.pid}-${randomBytes(8).toString('hex')}`)
      await mkdir(folder, { mode: 0o700 })
      if (folders.size === 0) process.once('exit', atExit)
      folders.add(folder)
      return folder
    },
    async close() {
      process.off('exit', atExit)
      registries.close()
      await Promise.all([...folders].map((folder) => rm(folder, { recursive: true, force: true })))
      folders.clear()
    },
  }
}
