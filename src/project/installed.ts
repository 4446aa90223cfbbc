import { Failure } from '../failure.ts'
import { parseRequiredName } from '../image/metadata.ts'
import { markerApplies, type MarkerEnvironment } from './markers.ts'
import { parseRequirement } from './requirement.ts'

/**
 * Names that installed distributions require in an environment, without extras: their `Requires-Dist` (PEP 508) whose
 * marker holds. A line that is none, as old tools wrote them, is taken by its name.
 */
export function requirementsIn(
  environment: MarkerEnvironment,
): (metadata: { readonly requiresDist: readonly string[] }) => readonly string[] {
  return ({ requiresDist }) => requiresDist.flatMap((text) => requiredIn(text, environment))
}

function requiredIn(text: string, environment: MarkerEnvironment): readonly string[] {
  try {
    const { name, marker } = parseRequirement(text)
    return markerApplies(marker, environment) ? [name] : []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const read = parseRequiredName(text)
    return read?.onlyFor.length === 0 ? [read.name] : []
  }
}
