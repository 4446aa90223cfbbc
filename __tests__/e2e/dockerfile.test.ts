import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DockerfileParser } from 'dockerfile-ast'
import { parseLastBase } from '../../src/project/dockerfile.ts'
import { describeWithEngine, docker } from '../fixtures/engine.ts'

const dockerfile = `# escape=\`
arg A="one" B=two
FROM \`
  # between

  first as One
RUN <<EF cat <<-Last && cat <<<none
FROM no
EF
FROM no
	Last
RUN echo \\
  FROM --platform=linux/arm64 second:1 AS two
COPY <<a <<b /x/
FROM no
a
FROM no
b
RUN echo \`
# FROM no
  FROM no
from ONE
`

describeWithEngine('a Dockerfile', (engine) => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dockerfile-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has the stages that BuildKit finds', async () => {
    const call = ['buildx', 'build', '--call', 'targets,format=json', '--file', '-', folder]
    const { stdout } = await docker(engine, 'containerd', call, { input: dockerfile })
    const { targets } = JSON.parse(stdout) as {
      targets: { base?: string; location: { ranges: { start: { line: number } }[] } }[]
    }
    const stages = DockerfileParser.parse(dockerfile).getFROMs()
    expect(stages.map((stage) => stage.getRange().start.line + 1)).toEqual(
      targets.map(({ location }) => location.ranges[0]?.start.line),
    )
    expect(targets.map(({ base }) => base)).toEqual(['first', 'second:1', 'ONE'])
    expect(parseLastBase(dockerfile, { os: 'linux', architecture: 'amd64' })).toMatchObject({ name: 'first' })
  })

  it('has the names that BuildKit asks for', async () => {
    const head = 'ARG A=a B="b c" C\nARG D= E=x${A}${C:-${A}}${D:-d}${D-}${A:+p}${C+q}\n'
    for (const name of ['$E', 'k"${A}"-$TARGETARCH', '${C-$A}']) {
      const text = `${head}FROM 127.0.0.1:1/${name}\nRUN true\n`
      const base = parseLastBase(text, { os: 'linux', architecture: 'amd64' })
      const call = ['buildx', 'build', '--platform', 'linux/amd64', '--file', '-', folder]
      const said = await docker(engine, 'containerd', call, { input: text }).catch((error: unknown) =>
        inspect(error),
      )
      expect(said).toContain(
        `failed to resolve source metadata for ${base?.kind === 'image' ? base.name : ''}:latest`,
      )
    }
  })
})
