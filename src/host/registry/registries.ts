import { type Credentials, type DockerConfig, findCredentials, readDockerConfig } from './credentials.ts'
import { endpointOf } from './endpoint.ts'
import { type RetryPolicy, defaultRetryPolicy } from './retry.ts'
import { Session } from './session.ts'
import { type Timeouts, Transport, defaultTimeouts } from './transport.ts'

export interface RegistriesOptions {
  /** Where DOCKER_CONFIG, HOME, PATH and the proxies are found. */
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  readonly policy?: RetryPolicy
  readonly timeouts?: Timeouts
}

/** All registries that a run talks to, with the connections and logins that they share. */
export class Registries {
  readonly #transport: Transport
  readonly #options: RegistriesOptions
  readonly #sessions = new Map<string, Session>()
  #config: Promise<DockerConfig> | undefined

  constructor(options: RegistriesOptions) {
    this.#options = options
    this.#transport = new Transport(options.env, options.timeouts ?? defaultTimeouts, options.signal)
  }

  /** The session of a registry, by the name that references give it. */
  session(registry: string): Session {
    const { host } = endpointOf(registry)
    const known = this.#sessions.get(host)
    if (known) return known
    const session = new Session(registry, {
      transport: this.#transport,
      policy: this.#options.policy ?? defaultRetryPolicy,
      credentials: () => this.#credentials(registry),
      signal: this.#options.signal,
    })
    this.#sessions.set(host, session)
    return session
  }

  /** Closes the connections that were kept. */
  close(): void {
    this.#transport.close()
  }

  async #credentials(registry: string): Promise<Credentials | undefined> {
    this.#config ??= readDockerConfig(this.#options.env)
    return findCredentials(registry, await this.#config, this.#options.env, this.#options.signal)
  }
}
