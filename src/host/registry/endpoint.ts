/** Where a registry's API is asked, and how. */
export interface Endpoint {
  /** Host and port to connect to. */
  readonly host: string
  /** Registries on this machine usually speak plain HTTP; all others are asked over TLS alone. */
  readonly loopback: boolean
}

/** Docker Hub's names, and the host that answers for them. */
const hub = { names: ['docker.io', 'index.docker.io', 'registry-1.docker.io'], api: 'registry-1.docker.io' }

/** Whether this name is one of Docker Hub's. */
export function isDockerHub(registry: string): boolean {
  return hub.names.includes(registry)
}

/** The endpoint of a registry by the name (with its port) that image references give it. */
export function endpointOf(registry: string): Endpoint {
  return { host: isDockerHub(registry) ? hub.api : registry, loopback: isLoopback(registry) }
}

/** Whether two names are the same registry: Docker Hub has several. */
export function sameRegistry(a: string, b: string): boolean {
  return endpointOf(a).host === endpointOf(b).host
}

function isLoopback(registry: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(registry)
}
