import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { afterAll, beforeAll, expect, it } from '@jest/globals'

import { describeWithEngine, docker, dockerEnv } from '../fixtures/engine.ts'
import { startIndex, type PackageIndex } from '../fixtures/package-index.ts'
import { renderPylock } from '../fixtures/volume.ts'
import { cliPath } from '../fixtures/program.ts'
import { createWheel, type Wheel } from '../fixtures/wheel.ts'

const alpha = createWheel('alpha', '1.0')
const alphaNext = createWheel('alpha', '2.0')

const module = `import os, sys

def main():
    if sys.argv[1:] == ["late"]:
        print("up", flush=True)
        sys.stdin.readline()
    import alpha
    print(alpha.version, sys.prefix, os.getuid() != 0)
`

describeWithEngine('build --mode volume', (engine) => {
  const id = `volume-build-${process.pid}`
  const [image, next] = [`${id}:1`, `${id}:2`] as const
  let folder: string
  let index: PackageIndex

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'volume-build-'))
    index = await startIndex([alpha, alphaNext])
    await mkdir(join(folder, 'src/own'), { recursive: true })
    await writeFile(join(folder, 'src/own/__init__.py'), module)
    await writeFile(
      join(folder, 'pyproject.toml'),
      `[build-system]
requires = ["uv_build>=0.9,<1"]
build-backend = "uv_build"

[project]
name = "own"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["alpha"]

[project.scripts]
own = "own:main"
`,
    )
    await build(image, alpha)
    await build(next, alphaNext)
  }, 300_000)

  afterAll(async () => {
    await docker(engine, 'containerd', ['rmi', '--force', image, next])
    await docker(engine, 'containerd', ['volume', 'rm', '--force', id])
    await index.close()
    await rm(folder, { recursive: true, force: true })
  })

  const sbom = (): string => join(folder, 'sbom.json')

  async function build(tag: string, wheel: Wheel): Promise<void> {
    await writeFile(join(folder, 'pylock.toml'), renderPylock(index, [wheel]))
    const archive = join(folder, 'image.tar')
    const options = [
      '--mode',
      'volume',
      '--base',
      engine.base,
      '--output',
      `oci-archive:${archive}`,
      '--tag',
      tag,
      '--sbom',
      sbom(),
    ]
    await promisify(execFile)(process.execPath, [cliPath, 'build', folder, ...options, '--quiet'])
    await docker(engine, 'containerd', ['load', '--quiet', '--input', archive])
    await rm(archive)
  }

  const run = (network: 'host' | 'none', ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    docker(engine, 'containerd', ['run', '--rm', '--network', network, '--volume', `${id}:/venv`, ...args])

  it('syncs at the first start, needs no network at the second, and keeps a running container as it is', async () => {
    const sync = await run('host', image)
    expect(sync.stdout).toMatch(/^1\.0 \/venv\/[0-9a-f]{20} True\n$/)
    expect(sync.stderr).toContain('made it of 1 distributions')
    expect(await run('none', image)).toEqual({ stdout: sync.stdout, stderr: '' })

    const late = spawn(
      engine.docker,
      ['run', '--rm', '--interactive', '--network', 'none', '--volume', `${id}:/venv`, image, 'own', 'late'],
      { env: dockerEnv(engine, 'containerd'), stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const said = text(late.stdout)
    await new Promise((resolve) => late.stdout.once('data', resolve))
    expect((await run('host', next)).stdout).toMatch(/^2\.0 /)
    late.stdin.end('\n')
    // It imports now, after a newer container has switched the link.
    expect(await said).toBe(`up\n${sync.stdout}`)
    expect(await run('none', image)).toEqual({ stdout: sync.stdout, stderr: '' })
  })

  it('has in its bill of materials what is in the image, and so not the environment', async () => {
    const text = await readFile(sbom(), 'utf8')
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
    const { components } = JSON.parse(text) as { components: { name: string; purl: string }[] }
    expect(components.map(({ name }) => name)).not.toContain('alpha')
    expect(components.some(({ purl }) => purl.startsWith('pkg:deb/debian/'))).toBe(true)
    expect(components.some(({ purl }) => purl.startsWith('pkg:pypi/own@1.0'))).toBe(true)
  })

  it('has neither the environment nor a second copy of the installer in the image', async () => {
    const find =
      'import os; print([p for p, _, f in os.walk("/", onerror=None) if p.count("/") < 8 and ("uv" in f or p.endswith("/alpha"))])'
    const python = ['run', '--rm', '--network', 'none', '--entrypoint', 'python3', image]
    const { stdout } = await docker(engine, 'containerd', [...python, '-c', find])
    expect(stdout.trim()).toBe("['/opt/pydeps/bin']")
  })
})
