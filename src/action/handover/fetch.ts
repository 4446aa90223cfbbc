import * as v from 'valibot'
import { Failure } from '../../failure.ts'
import type { GitHub } from '../github/client.ts'
import { maxHandoverBytes, type Handover, parseHandover } from './document.ts'
import { fileName, parseArtifactName } from './names.ts'
import type { SourceRun } from './source.ts'
import { readOnlyFile } from './zip.ts'

/** What one job handed over; the attempt of the run that it was in. */
export interface Fetched {
  readonly attempt: number
  readonly handover: Handover
}

/** Bytes that an artifact's archive may have. */
const maxArchiveBytes = 2 * 2 ** 20
/** Artifacts that are looked at: a matrix of so many images. */
const maxArtifacts = 64

const artifactSchema = v.object({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  name: v.string(),
  size_in_bytes: v.number(),
  expired: v.boolean(),
})

/**
 * What the jobs of a run handed over, the latest attempt of each image; `refuse` is told of what is not as this action
 * leaves it, which is left out. Throws GitHubError.
 */
export async function fetchHandovers(
  github: GitHub,
  { repository, id: run, attempt: lastAttempt, headSha }: SourceRun,
  refuse: (why: string) => void,
): Promise<readonly Fetched[]> {
  const latest = new Map<string, { readonly id: number; readonly attempt: number; readonly name: string }>()
  let count = 0
  for await (const item of github.list(
    `/repos/${repository}/actions/runs/${run}/artifacts`,
    {},
    'artifacts',
  )) {
    const artifact = v.safeParse(artifactSchema, item)
    const named = artifact.success ? parseArtifactName(artifact.output.name) : undefined
    if (!artifact.success || named === undefined || named.attempt > lastAttempt) continue
    const { id, name, size_in_bytes: size, expired } = artifact.output
    if ((count += 1) > maxArtifacts) {
      refuse(`more than ${maxArtifacts} artifacts: the rest is not looked at`)
      break
    }
    if (expired) refuse(`artifact ${name} has expired`)
    else if (size > maxArchiveBytes)
      refuse(`artifact ${name} has ${size} bytes: too large to be of this action`)
    else if (named.attempt > (latest.get(named.image)?.attempt ?? 0)) {
      latest.set(named.image, { id, attempt: named.attempt, name })
    }
  }
  const fetched: Fetched[] = []
  for (const { id, attempt, name } of latest.values()) {
    const zip = await github.download(`/repos/${repository}/actions/artifacts/${id}/zip`, maxArchiveBytes)
    try {
      const handover = parseHandover(await readOnlyFile(zip, fileName, maxHandoverBytes), `artifact ${name}`)
      if (handover.headSha === headSha) fetched.push({ attempt, handover })
      else refuse(`artifact ${name} is of another commit than its run`)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      refuse(error.message)
    }
  }
  return fetched
}
