import { Failure } from '../../failure.ts'
import { isRecord } from '../../image/manifest.ts'
import { run } from '../process.ts'
import type { Credentials } from './credentials.ts'

const timeoutMs = 30_000
const maxOutput = 1024 * 1024

/**
 * What `docker-credential-NAME get` has for a server (Docker's credential helper protocol); undefined when it has
 * nothing. Throws Failure for a helper that is missing, fails, hangs or answers something else. What it prints may
 * be a secret and is never shown.
 */
export async function askHelper(
  name: string,
  server: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`
  const fail = (why: string, hint: string, cause?: unknown): Failure =>
    new Failure('usage', `the login for ${server} cannot be read: ${why}`, { hint, cause })
  if (!/^[\w.-]+$/.test(name)) {
    throw fail(
      `${JSON.stringify(name)} is not the name of a credential helper`,
      "mend credsStore or credHelpers in Docker's config.json",
    )
  }
  const result = await run(program, ['get'], {
    env,
    input: server,
    timeoutMs,
    maxOutput,
    ...(signal ? { signal } : {}),
  }).catch((cause: unknown) => {
    if (!(cause instanceof Failure)) throw cause
    throw fail(
      cause.message,
      `install ${program} and put it on PATH, or take it out of credsStore or credHelpers in Docker's config.json`,
      cause,
    )
  })
  if (result.code !== 0) {
    if (/credentials not found|no credentials|username not found/i.test(result.stdout + result.stderr))
      return undefined
    throw fail(`${program} ended with status ${result.code}`, `try: echo ${server} | ${program} get`)
  }
  const { Username: username, Secret: secret } = parse(result.stdout)
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw fail(`${program} did not answer with Username and Secret`, `try: echo ${server} | ${program} get`)
  }
  if (username === '<token>') return { kind: 'identity', token: secret }
  return username === '' && secret === '' ? undefined : { kind: 'password', username, password: secret }
}

function parse(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text)
    return isRecord(json) ? json : {}
  } catch {
    return {}
  }
}
