import * as core from '@actions/core'
import { visible } from '../report/escape.ts'
import type { ArtifactClient } from './artifact/client.ts'
import { comment, tellCommented } from './comment/comment.ts'
import { readTarget } from './comment/target.ts'
import { imageId } from './comment/words.ts'
import type { HandedReport } from './handover/document.ts'
import { saveHandover } from './handover/save.ts'
import type { Patience } from './patience.ts'
import type { Settings } from './settings.ts'
import type { Told } from './told.ts'

/**
 * Tells the pull request, where the run is for one; where its token may not, leaves what another job needs to do it.
 * Whatever goes wrong with that is a warning.
 */
export async function tellPullRequest(
  reports: Told['reports'],
  settings: Settings,
  {
    env,
    artifacts,
    patience,
  }: {
    readonly env: NodeJS.ProcessEnv
    readonly artifacts: ArtifactClient
    readonly patience: Patience
  },
): Promise<void> {
  try {
    const target = await readTarget(env)
    if (target === undefined) return
    const commented = await comment(reports, target, settings, { env, token: settings.token, patience })
    if (commented.kind !== 'failed' || !commented.trouble.lacksPermission) {
      tellCommented(commented)
      return
    }
    const handed: readonly HandedReport[] = reports
    const saved = await saveHandover(artifacts, imageId(reports), target.mark, handed, env)
    tellCommented(
      commented,
      saved.kind === 'uploaded'
        ? '\nIts figures are kept as an artifact: a workflow on workflow_run with pydeps-image/comment posts them.'
        : `\nNor are its figures kept for another workflow: ${saved.reason}`,
    )
  } catch (error) {
    core.warning(`no comment on the pull request: ${visible((error as Error).message)}`)
  }
}
