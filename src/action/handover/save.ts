import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactClient, Uploaded } from '../artifact/client.ts'
import type { RunMark } from '../comment/run-mark.ts'
import { formatHandover, type HandedReport } from './document.ts'
import { artifactName, fileName } from './names.ts'

/** Keeps the reports as an artifact of the run, for a job that may comment. Never throws for want of a place. */
export async function saveHandover(
  artifacts: ArtifactClient,
  image: string,
  { attempt, sha }: RunMark,
  reports: readonly HandedReport[],
  env: NodeJS.ProcessEnv,
): Promise<Uploaded> {
  const text = formatHandover({ headSha: sha, reports })
  if (text === undefined)
    return { kind: 'failed', severity: 'warning', reason: 'its measurement is too large' }
  const root = await mkdtemp(join(env['RUNNER_TEMP'] ?? tmpdir(), 'pydeps-image-'))
  try {
    await writeFile(join(root, fileName), text)
    return await artifacts.upload({ name: artifactName(image, attempt), files: [join(root, fileName)], root })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
