import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { type Digest, isDigest } from '../../image/digest.ts'
import { run, toolText } from '../process.ts'
import type { ImageContext } from './context.ts'

/**
 * Saves an image of the Docker daemon into a private temporary archive, which lives as long as the context. Throws
 * Failure when there is no Docker, no daemon, or no such image.
 */
export async function saveFromDaemon(name: string, context: ImageContext): Promise<string> {
  const path = join(await context.temporaryFolder(), 'image.tar')
  const result = await run('docker', ['image', 'save', '--output', path, '--', name], {
    env: context.env,
    ...(context.signal ? { signal: context.signal } : {}),
  }).catch((error: unknown) => {
    throw error instanceof Failure ? dockerMissing(error) : error
  })
  if (result.code !== 0) throw daemonFailure(result.stderr, `docker-daemon:${name}`, path)
  return path
}

/** Milliseconds that a daemon has to answer where nothing depends on it. */
const patience = 10_000

/**
 * Content of the layers of an image that the Docker daemon has, lowest first; nothing is copied. Undefined where there
 * is no such image, no daemon or no Docker.
 */
export async function daemonLayers(
  name: string,
  { env, signal }: Pick<ImageContext, 'env' | 'signal'>,
): Promise<readonly Digest[] | undefined> {
  const args = ['image', 'inspect', '--format', '{{json .RootFS.Layers}}', '--', name]
  try {
    const result = await run('docker', args, { env, timeoutMs: patience, ...(signal ? { signal } : {}) })
    const layers: unknown = result.code === 0 ? JSON.parse(result.stdout) : undefined
    return Array.isArray(layers) && layers.every(isDigest) ? layers : undefined
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What the docker command line says when it fails, as a user is told of it. */
export function daemonFailure(stderr: string, name: string, path?: string): Failure {
  const said = toolText(stderr, 3)
  if (
    /cannot connect to the docker daemon|failed to connect to the docker api|is the docker daemon running/i.test(
      said,
    )
  ) {
    return new Failure('build', `${name}: the Docker daemon does not answer`, {
      hint: 'start it, or say where it is (DOCKER_HOST, docker context); images can also be read from oci:, docker-archive: and docker://',
    })
  }
  if (/permission denied while trying to connect/i.test(said)) {
    return new Failure('build', `${name}: this user may not talk to the Docker daemon`, {
      hint: 'join the group docker, or name another source of the image',
    })
  }
  if (/no such image|reference does not exist|not found/i.test(said)) {
    return new Failure('usage', `${name}: the Docker daemon has no such image`, {
      hint: 'see docker image ls, or get it with docker pull',
    })
  }
  if (/no space left on device/i.test(said)) {
    return new Failure(
      'build',
      `${name}: the disk is full${path === undefined ? '' : `: ${path} cannot be written`}`,
      {
        hint: 'free some space, or set TMPDIR to a disk that has room',
      },
    )
  }
  return new Failure('build', `${name}: docker failed: ${said || 'it says nothing'}`)
}

/** A docker command line that cannot be started. */
export function dockerMissing(cause: Error): Failure {
  return new Failure('build', `docker cannot be started: ${cause.message}`, {
    hint: 'install the docker command line, or use oci:, docker-archive: or docker://, which need none',
    cause,
  })
}
