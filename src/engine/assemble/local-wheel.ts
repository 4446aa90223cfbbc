import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../failure.ts'
import { run, toolText } from '../../host/process.ts'
import type { LocalPackage } from '../../project/project.ts'
import { decidesBuild, isStaticBuild } from '../../project/static-build.ts'
import { parseToml } from '../../project/toml.ts'
import { collect, type Collected } from './collect.ts'
import { compressionVersion } from './packer.ts'
import type { EnvironmentContext } from './environment.ts'
import { installedDistributions, installWheel } from './install.ts'
import { environmentPython } from './layout.ts'
import { makePart } from './make-part.ts'
import { keptPart } from './kept-part.ts'
import type { Part } from './part.ts'
import { settleParts } from './settle-parts.ts'
import { changed, type Source } from './source.ts'
import { hashOf, type PackageSources, Stage } from './stage.ts'
import type { ProjectFile } from './walk.ts'
import { fillTemplate, parseTemplate, templateOf } from './wheel-template.ts'

/**
 * The project's own packages, each built as a wheel on this machine and installed for the image. They are built from
 * a copy, so that a build writes nothing into the project. A wheel is kept under its sources and built again when one
 * of them changes. No two parts bring the same path.
 */
export async function localParts(
  packages: readonly LocalPackage[],
  projectFiles: readonly ProjectFile[],
  context: EnvironmentContext,
): Promise<{ parts: readonly Part[]; made: readonly string[]; warnings: readonly string[] }> {
  const parts: Part[] = []
  const made: string[] = []
  const stage = await Stage.of(context, packages, projectFiles)
  try {
    for (const local of packages) {
      const sources = await stage.sourcesOf(local)
      const state = stage.keyOf(sources)
      const key = state === undefined ? undefined : partKey('part-2', local, state, context)
      const kept = key === undefined ? undefined : await keptPart(key, context.store)
      if (kept) {
        parts.push(kept)
        continue
      }
      context.progress(`building ${local.name}`)
      const part = await makeLocal(local, sources, stage, context)
      if (key !== undefined) await context.store.records.put(key, JSON.stringify(part))
      parts.push(part)
      made.push(local.name)
    }
    return { ...(await settleParts(parts, context)), made }
  } finally {
    await stage.remove()
  }
}

function partKey(
  kind: string,
  { name }: LocalPackage,
  sources: string,
  { layout, compression }: EnvironmentContext,
): string {
  const place = [environmentPython(layout), layout.root, layout.minor]
  return JSON.stringify([`local-${kind}`, compressionVersion, compression, ...place, name, sources])
}

/** The part of a package: where it is known what an edit changes in its wheel without a build, else by a build. */
async function makeLocal(
  local: LocalPackage,
  sources: PackageSources,
  stage: Stage,
  context: EnvironmentContext,
): Promise<Part> {
  const { store, layout } = context
  const pyproject = parseToml(sources.pyproject, `${local.path}/pyproject.toml`)
  const names = sources.files.map(({ path }) => path)
  if (!isStaticBuild(pyproject, names)) return build(local, await stage.folder(local), context)
  const key = partKey('template-1', local, sources.names, context)
  const text = await store.records.get(key)
  const template = text === undefined ? undefined : parseTemplate(text)
  const known = template && fillTemplate(template, sources.files, layout)
  if (known) {
    const part = await compressed(known, context)
    // Its bytes were read once more than its hashes, which would be wrong for what was written in between.
    for (const { file, size, hash } of sources.files) if (hashOf(file, size) !== hash) throw changed(file)
    return part
  }
  return build(local, await stage.folder(local), context, async (collected) => {
    const decides = (path: string): boolean => decidesBuild(path, pyproject)
    const made = templateOf(collected, sources.files, layout, { decides, read: contentOf })
    if (made) await store.records.put(key, JSON.stringify(made))
  })
}

function compressed(collected: Collected, { store, compression, lanes }: EnvironmentContext): Promise<Part> {
  return makePart(collected, store, compression, lanes, false)
}

function contentOf({ content }: Source): Buffer {
  if (content === undefined) return Buffer.alloc(0)
  return content instanceof Uint8Array ? Buffer.from(content) : readFileSync(content.file)
}

/** Builds a wheel and installs it; `look` sees what that gave before it is gone. */
async function build(
  local: LocalPackage,
  folder: string,
  context: EnvironmentContext,
  look: (collected: Collected) => Promise<void> = () => Promise.resolve(),
): Promise<Part> {
  const work = await mkdtemp(join(context.store.root, 'tmp', 'wheel-'))
  try {
    const out = join(work, 'out')
    const { env, signal } = context
    const [uv, python] = await Promise.all([context.uv(), context.python()])
    const result = await run(
      uv.path,
      ['build', '--wheel', '--no-create-gitignore', '--python', python, '--out-dir', out, folder],
      {
        env: {
          ...env,
          UV_PYTHON_DOWNLOADS: 'never',
          UV_NO_PROGRESS: '1',
          NO_COLOR: '1',
          SOURCE_DATE_EPOCH: '315532800',
        },
        ...(signal ? { signal } : {}),
      },
    )
    const wheel = (await readdir(out).catch(() => [])).find((name) => name.endsWith('.whl'))
    if (result.code !== 0 || wheel === undefined) {
      throw new Failure(
        'build',
        `the project's own package ${local.name} (${local.path}) cannot be built:\n${toolText(result.stderr, 30)}`,
        {
          hint: 'try `uv build --wheel` there; if it is no package, set `package = false` under [tool.uv] in its pyproject.toml',
        },
      )
    }
    if (!wheel.endsWith('-none-any.whl')) {
      throw new Failure(
        'build',
        `the project's own package ${local.name} has compiled code (${wheel}), which fits this machine and not the image`,
        {
          hint: 'build its wheel for the image elsewhere and lock that, or use a Dockerfile',
        },
      )
    }
    await installWheel(join(out, wheel), work, context)
    const prefix = join(work, 'prefix')
    const [distInfo] = (await installedDistributions(prefix)).values()
    if (distInfo === undefined) throw new Failure('build', `the wheel ${wheel} installed nothing`)
    const collected = collect(prefix, distInfo, context.layout, true)
    await look(collected)
    return await compressed(collected, context)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
