import type { UvSettings } from './pyproject.ts'

/** Whether a folder, relative to a workspace's root, is one of its members (`members` without `exclude`). */
export function matchesMember(settings: UvSettings, path: string): boolean {
  return (
    settings.workspaceMembers !== undefined &&
    settings.workspaceMembers.some((glob) => matchesGlob(path, glob)) &&
    !settings.workspaceExclude.some((glob) => matchesGlob(path, glob))
  )
}

/** `*` and `?` within a segment, `**` for any number of segments, `[…]` for one of a set. */
export function matchesGlob(path: string, glob: string): boolean {
  const segments = (text: string): readonly string[] => text.split('/').filter((s) => s !== '' && s !== '.')
  return matchSegments(segments(path), segments(glob))
}

function matchSegments(path: readonly string[], glob: readonly string[]): boolean {
  const [head, ...rest] = glob
  if (head === undefined) return path.length === 0
  if (head === '**') return path.some((_, i) => matchSegments(path.slice(i), rest)) || matchSegments([], rest)
  return path[0] !== undefined && segmentPattern(head).test(path[0]) && matchSegments(path.slice(1), rest)
}

function segmentPattern(glob: string): RegExp {
  const source = glob.replace(/\[!?[^\]/]+\]|[*?]|[.+^${}()|[\]\\]/g, (found) => {
    if (found === '*') return '[^/]*'
    if (found === '?') return '[^/]'
    return found.length > 2 ? found.replace(/^\[!/, '[^').replace(/\\/g, '\\\\') : `\\${found}`
  })
  return new RegExp(`^${source}$`, 's')
}
