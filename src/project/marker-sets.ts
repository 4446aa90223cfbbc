import {
  evaluateMarker,
  parseMarker,
  type Marker,
  type MarkerEnvironment,
  type MarkerOperand,
} from './markers.ts'

/** The sets of a pylock.toml (PEP 751) that a marker may ask about. */
export type MarkerSets = Pick<MarkerEnvironment, 'extras' | 'dependency_groups'>

/**
 * A marker with what it says of extras and groups answered: the rest of it, undefined when nothing is left to ask
 * (it holds), false when it cannot hold.
 */
export function answerSets(marker: string | undefined, sets: MarkerSets): string | undefined | false {
  if (marker === undefined) return undefined
  const answered = answer(parseMarker(marker), sets)
  if (answered === true) return undefined
  return answered === false ? false : formatMarker(answered)
}

/** A marker as text, with parentheses around each part. */
export function formatMarker(marker: Marker): string {
  if (marker.kind === 'compare') {
    return `${formatOperand(marker.left)} ${marker.operator} ${formatOperand(marker.right)}`
  }
  return `(${formatMarker(marker.left)}) ${marker.kind} (${formatMarker(marker.right)})`
}

function answer(marker: Marker, sets: MarkerSets): Marker | boolean {
  if (marker.kind === 'compare') {
    const isSet = (operand: MarkerOperand): boolean =>
      operand.kind === 'variable' && (operand.name === 'extras' || operand.name === 'dependency_groups')
    return isSet(marker.left) || isSet(marker.right)
      ? evaluateMarker(marker, { ...nothing, ...sets })
      : marker
  }
  const [left, right] = [answer(marker.left, sets), answer(marker.right, sets)]
  // `true and x` is x, `false or x` is x; the other value decides alone.
  const neutral = marker.kind === 'and'
  if (left === neutral) return right
  if (right === neutral) return left
  return typeof left === 'boolean' || typeof right === 'boolean' ? !neutral : { ...marker, left, right }
}

function formatOperand(operand: MarkerOperand): string {
  if (operand.kind === 'variable') return operand.name
  return operand.value.includes("'") ? `"${operand.value}"` : `'${operand.value}'`
}

const nothing: MarkerEnvironment = {
  implementation_name: '',
  implementation_version: '',
  os_name: '',
  platform_machine: '',
  platform_python_implementation: '',
  platform_release: '',
  platform_system: '',
  platform_version: '',
  python_full_version: '',
  python_version: '',
  sys_platform: '',
  extra: '',
  extras: [],
  dependency_groups: [],
}
