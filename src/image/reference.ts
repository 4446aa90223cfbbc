import { Failure } from '../failure.ts'
import { type Digest, isDigest } from './digest.ts'

/** Where an image is or goes, named as skopeo names them. */
export type ImageReference =
  | { readonly transport: 'oci'; readonly path: string; readonly tag?: string }
  | { readonly transport: 'oci-archive'; readonly path: string; readonly tag?: string }
  | { readonly transport: 'docker-archive'; readonly path: string; readonly tag?: string }
  | { readonly transport: 'docker-daemon'; readonly name: string }
  | ({ readonly transport: 'docker' } & RepositoryReference)

/** `registry/repository[:tag][@digest]` of the distribution spec; `registry` is the host to ask, with its port. */
export interface RepositoryReference {
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

const forms =
  'oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME or docker://REGISTRY/NAME:TAG'

/** An image reference from text; a name without a transport is a registry's. Throws Failure with the allowed forms. */
export function parseImageReference(text: string): ImageReference {
  const wrong = (why: string): Failure =>
    new Failure('usage', `image ${JSON.stringify(text)} is not usable: ${why}`, {
      hint: `write it as ${forms}`,
    })
  if (text.includes('\0') || text.trim() === '') throw wrong('it is empty or has a NUL byte')
  const transport = /^(oci|oci-archive|docker-archive|docker-daemon|docker):/.exec(text)?.[1]
  const rest = transport === undefined ? text : text.slice(transport.length + 1)
  switch (transport) {
    case 'oci':
    case 'oci-archive':
    case 'docker-archive': {
      const { path, tag } = splitPathTag(rest)
      if (!path) throw wrong('the path is missing')
      return { transport, path, ...(tag === undefined ? {} : { tag }) }
    }
    case 'docker-daemon':
      if (!rest) throw wrong('the name is missing')
      return { transport, name: rest }
    default: {
      // `docker:tag` without slashes is the repository named docker, not the transport.
      const name = transport === 'docker' && rest.startsWith('//') ? rest.slice(2) : text
      const parsed = parseRepositoryReference(name)
      if (!parsed) throw wrong('it is not REGISTRY/NAME[:TAG][@DIGEST] in lower case')
      return { transport: 'docker', ...parsed }
    }
  }
}

/** `python:3.13-slim` and the like, with Docker's defaults (Docker Hub, `library/`, no tag is `latest`). */
export function parseRepositoryReference(name: string): RepositoryReference | undefined {
  const [beforeDigest = '', digest, more] = name.split('@')
  if (more !== undefined || (digest !== undefined && !isDigest(digest))) return undefined
  const slash = beforeDigest.indexOf('/')
  const first = beforeDigest.slice(0, Math.max(slash, 0))
  const hasRegistry = slash > 0 && (/[.:]/.test(first) || first === 'localhost')
  const registry = hasRegistry ? first : 'docker.io'
  const path = hasRegistry ? beforeDigest.slice(slash + 1) : beforeDigest
  const colon = path.lastIndexOf(':')
  const tag = colon > 0 ? path.slice(colon + 1) : undefined
  const bare = colon > 0 ? path.slice(0, colon) : path
  const repository = registry === 'docker.io' && !bare.includes('/') ? `library/${bare}` : bare
  if (!/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/.test(repository))
    return undefined
  if (!/^(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/.test(registry) || repository.length > 255)
    return undefined
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return undefined
  if (digest !== undefined) return { registry, repository, ...(tag === undefined ? {} : { tag }), digest }
  return { registry, repository, tag: tag ?? 'latest' }
}

/** The reference as a user would type it. */
export function formatImageReference(reference: ImageReference): string {
  switch (reference.transport) {
    case 'oci':
    case 'oci-archive':
    case 'docker-archive':
      return `${reference.transport}:${reference.path}${reference.tag === undefined ? '' : `:${reference.tag}`}`
    case 'docker-daemon':
      return `docker-daemon:${reference.name}`
    case 'docker':
      return `docker://${formatRepositoryReference(reference)}`
  }
}

/** `REGISTRY/NAME[:TAG][@DIGEST]`. */
export function formatRepositoryReference({
  registry,
  repository,
  tag,
  digest,
}: RepositoryReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** A tag is what follows the last colon, when it looks like one and is no part of a path (`C:\x`, `a:b/c`). */
function splitPathTag(text: string): { path: string; tag?: string } {
  // A full name after the path: `FILE:NAME:TAG`, `DIR:HOST:PORT/NAME:TAG`.
  const full = /^([^:]{2,}):((?:[\w.-]+(?::\d+)?\/)*[\w.-]+:[\w.-]+)$/.exec(text)
  if (full?.[1] !== undefined && full[2] !== undefined) return { path: full[1], tag: full[2] }
  const match = /^(.+):([\w][\w./:@-]*)$/.exec(text)
  const [, path, tag] = match ?? []
  if (path === undefined || tag === undefined || /^[A-Za-z]$/.test(path)) return { path: text }
  return tag.startsWith('/') || /^[\w.-]*$/.test(tag) ? { path, tag } : splitFirstTag(text)
}

/** A full name as the tag (`oci:dir:registry/name:tag`) starts after the first colon. */
function splitFirstTag(text: string): { path: string; tag?: string } {
  const colon = text.indexOf(':')
  return { path: text.slice(0, colon), tag: text.slice(colon + 1) }
}
