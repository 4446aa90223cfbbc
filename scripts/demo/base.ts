import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { createImageContext } from '../../src/host/images/context.ts'
import { openImage } from '../../src/host/images/open.ts'
import { Failure } from '../../src/failure.ts'
import { parseImageReference } from '../../src/image/reference.ts'

const tag = '3.13-slim'
const official = `docker://docker.io/library/python:${tag}`
const patience = 5_000

/** A base image for `--base`, and where it comes from in words. */
export interface DemoBase {
  readonly reference: string
  readonly origin: string
}

/**
 * python:3.13-slim from its registry; where that cannot be reached, one of Debian's packages, made once and kept.
 * Throws Failure when there is no way to have either.
 */
export async function findBase(root: string, say: (line: string) => void): Promise<DemoBase> {
  const why = await whyNotPulled()
  if (why === undefined) return { reference: official, origin: `python:${tag} from its registry` }
  const folder = join(cacheFolder(), 'bases', `python-${tag}`)
  const base = { reference: `oci:${folder}:${tag}`, origin: `made from Debian's packages, in ${folder}` }
  if (existsSync(join(folder, 'index.json'))) return base
  say(
    `python:${tag} cannot be pulled (${why}), so a base is made from Debian's packages; once, it takes a minute`,
  )
  makeBase(join(root, 'scripts', 'engine', 'base'), folder, say)
  return base
}

/** Undefined when its manifest and config, and so its blobs, can be had. */
async function whyNotPulled(): Promise<string | undefined> {
  const images = createImageContext({ env: process.env, signal: AbortSignal.timeout(patience) })
  try {
    await openImage(parseImageReference(official), undefined, images)
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.message.split('\n')[0]
    return `no answer within ${patience / 1000} s`
  } finally {
    await images.close()
  }
}

/** The folder that scripts/engine keeps its base in. */
function cacheFolder(): string {
  const { PYDEPS_ENGINE_DIR: own, XDG_CACHE_HOME: cache } = process.env
  return (
    own ?? join(cache?.startsWith('/') === true ? cache : join(homedir(), '.cache'), 'pydeps-image-engine')
  )
}

function makeBase(script: string, folder: string, say: (line: string) => void): void {
  const asRoot = rootPrefix()
  if (!isOnPath('mmdebstrap')) installMmdebstrap(asRoot, say)
  // Without root it works for a user who may unshare; mmdebstrap says so when not.
  runOrFail([...(asRoot ?? []), script, folder], 'the base image could not be made')
  if (asRoot !== undefined && asRoot.length > 0) {
    const { uid, gid } = userInfo()
    runOrFail([...asRoot, 'chown', '-R', `${uid}:${gid}`, folder], 'the base image could not be made yours')
  }
}

function installMmdebstrap(asRoot: readonly string[] | undefined, say: (line: string) => void): void {
  if (asRoot === undefined || !isOnPath('apt-get')) {
    throw new Failure('build', `making a base needs mmdebstrap, which is not here and cannot be installed`, {
      hint: `run \`sudo apt-get install mmdebstrap\` first, or run the demo where python:${tag} can be pulled`,
    })
  }
  say('installing mmdebstrap with apt-get')
  const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq']
  const failed = 'mmdebstrap could not be installed'
  runOrFail([...apt, 'update'], failed)
  runOrFail([...apt, 'install', '-y', '--no-install-recommends', 'mmdebstrap'], failed)
}

/** What to put before a command that needs root: nothing for root, sudo where it asks for no password. */
function rootPrefix(): readonly string[] | undefined {
  if (userInfo().uid === 0) return []
  const mayAsk = isOnPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
  return mayAsk ? ['sudo', '-n'] : undefined
}

/** Runs it without a word; what it said on standard error is told when it fails. */
function runOrFail([command = '', ...args]: readonly string[], failed: string): void {
  const { status, stderr, error } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0) return
  const said = error?.message ?? stderr.trim().split('\n').slice(-8).join('\n')
  throw new Failure('build', `${failed}: ${said}`, {
    hint: `run the demo where python:${tag} can be pulled, or on Debian as root`,
  })
}

function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
