import { Failure } from '../../failure.ts'
import { toolText } from '../process.ts'
import type { NetworkError } from './transport.ts'

/** What was asked of a registry when it failed, in the words of a message. */
export interface Asked {
  /** The registry as the user names it. */
  readonly registry: string
  /** `image example.invalid/a/b:1`, `blob sha256:… of example.invalid/a/b`. */
  readonly what: string
  readonly doing: 'read' | 'push'
  /** Credentials for the registry were found and sent. */
  readonly authenticated: boolean
}

/** For every way in which the network fails: what to say, and what to do. */
const network: readonly { codes: RegExp; say: string; hint: string }[] = [
  {
    codes: /^(?:ENOTFOUND|EAI_\w+)$/,
    say: 'its name has no address',
    hint: 'check the spelling of the registry, and the name service or proxy (HTTPS_PROXY, NO_PROXY) of this machine',
  },
  {
    codes: /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    say: 'nothing listens there',
    hint: 'check that the registry runs at this address and port, and that a proxy or firewall lets it through',
  },
  {
    codes:
      /^(?:EPROTO|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS|ERR_SSL|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/,
    say: 'TLS failed',
    hint: 'if the registry has a certificate authority of its own, name its file in NODE_EXTRA_CA_CERTS',
  },
  {
    codes: /^(?:ETIMEDOUT|ESOCKETTIMEDOUT)$/,
    say: 'it stopped answering',
    hint: 'try again; if it stays, check the proxy or firewall between here and there',
  },
]

/** Whether a network error may be over in a moment. */
export function isPassing(error: NetworkError): boolean {
  return /^(?:EAI_AGAIN|ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|HPE_\w+|)$/.test(
    error.code,
  )
}

/** A network error as a user is told of it. */
export function networkFailure(
  error: NetworkError,
  { registry, what }: Pick<Asked, 'registry' | 'what'>,
): Failure {
  const known = network.find(({ codes }) => codes.test(error.code))
  const host = error.host === registry ? '' : ` (${error.host})`
  const code = error.code === '' ? '' : `, ${error.code}`
  return new Failure(
    'build',
    `${what}: registry ${registry}${host} cannot be read: ${known?.say ?? 'the connection broke off'}${code}`,
    { hint: known?.hint ?? 'try again; if it stays, check the network between here and there', cause: error },
  )
}

/** An answer that is no success, as a user is told of it. `body` is the registry's own explanation. */
export function statusFailure(status: number, asked: Asked, body = ''): Failure {
  const { registry, what, doing, authenticated } = asked
  const said = explanation(body)
  const fail = (say: string, hint: string): Failure =>
    new Failure('build', `${what}: ${say}${said === '' ? '' : `: ${said}`}`, { hint })
  switch (status) {
    case 401:
      return authenticated
        ? fail(
            `registry ${registry} does not accept the credentials found for it (401)`,
            `log in again (${login(registry)}) with an account that may ${doing} it, and check the name`,
          )
        : fail(
            `registry ${registry} asks for a login (401)`,
            `log in (${login(registry)}); many registries answer the same for a name that does not exist, so check the spelling too`,
          )
    case 403:
      return fail(
        `registry ${registry} does not allow to ${doing} it (403)`,
        `check the name, and ask for the permission to ${doing} it${authenticated ? '' : `, or log in (${login(registry)})`}`,
      )
    case 404:
      return fail(
        `registry ${registry} has no such thing (404)`,
        `check name and tag; for a private image a registry may answer the same until you log in (${login(registry)})`,
      )
    case 429:
      return fail(
        `registry ${registry} gets too many requests from here (429)`,
        authenticated
          ? 'wait and try again, or use a mirror of the image'
          : `wait and try again, or log in for a higher limit (${login(registry)})`,
      )
    default:
      return status >= 500
        ? fail(`registry ${registry} has trouble of its own (${status})`, 'try again later')
        : fail(`registry ${registry} answered ${status}`, 'check that this address is a container registry')
  }
}

/** Bytes that are not what their digest says. */
export function digestFailure(what: string, expected: string, found = 'another'): Failure {
  return new Failure('build', `${what} is damaged: its digest is ${found}, not ${expected}`, {
    hint: 'its source, or something on the way, changed the bytes; get it again, from another place if it stays',
  })
}

/** Fewer or more bytes than the descriptor says. */
export function sizeFailure(what: string, expected: number, found: number): Failure {
  const how = found < expected ? 'is cut short' : 'is too long'
  return new Failure('build', `${what} ${how}: ${found} of ${expected} bytes`, {
    hint: 'get it again; if it stays, the source has a damaged copy',
  })
}

function login(registry: string): string {
  return registry === 'docker.io' ? 'docker login' : `docker login ${registry}`
}

/** `code: message` of an error body (distribution spec, "Error Codes"), without control characters and capped. */
function explanation(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly { code?: unknown; message?: unknown }[] }
    const texts = (errors ?? [])
      .slice(0, 3)
      .map(({ code, message }) => [code, message].filter((part) => typeof part === 'string').join(' '))
    return toolText(texts.join('; '), 1).slice(0, 300)
  } catch {
    return ''
  }
}
