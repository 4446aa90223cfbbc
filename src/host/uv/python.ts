import { Failure } from '../../failure.ts'
import { run } from '../process.ts'

/**
 * Absolute path of this machine's Python 3, which installs and builds but need not be the image's version. Throws
 * Failure when there is none.
 */
export async function hostPython(
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<string> {
  for (const name of ['python3', 'python']) {
    const result = await run(
      name,
      ['-I', '-S', '-c', 'import sys; assert sys.version_info >= (3, 9); print(sys.executable)'],
      {
        env,
        ...(signal ? { signal } : {}),
      },
    ).catch((error: unknown) => {
      if (error instanceof Failure) return undefined
      throw error
    })
    const path = result?.stdout.trim()
    if (result?.code === 0 && path) return path
  }
  throw new Failure('build', 'no Python 3.9 or newer was found on this machine', {
    hint: "install python3: any version does, it need not be the image's",
  })
}
