import { isCondaRecord, keptRecord } from './conda.ts'

/** Bytes that one text may have, and all texts of a layer together. */
export const textLimits = { one: 8 * 2 ** 20, all: 16 * 2 ** 20 } as const

const patterns: readonly RegExp[] = [
  /\.dist-info\/(?:RECORD|METADATA|WHEEL|INSTALLER|top_level\.txt|direct_url\.json|REQUESTED|entry_points\.txt)$/,
  /(?:\.egg-info|\/EGG-INFO)\/(?:PKG-INFO|installed-files\.txt|top_level\.txt|SOURCES\.txt|requires\.txt)$/,
  // A distribution that distutils installed is one file.
  /\.egg-info$/,
  /\.egg-link$/,
  /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+|info\/[^/]+\.list)$/,
  /^(?:usr\/)?lib\/apk\/db\/installed$/,
  /^(?:etc|usr\/lib)\/os-release$/,
  /^etc\/(?:passwd|group)$/,
  /(?:^|\/)pyvenv\.cfg$/,
]

/** Whether the file at this path says what is in an image, so that a listing keeps its text. */
export function isWantedText(path: string): boolean {
  return patterns.some((pattern) => pattern.test(path)) || isCondaRecord(path)
}

/** A text as a listing keeps it: of metadata the fields without the description, of conda's records what is read. */
export function keptText(path: string, text: string): string {
  if (isCondaRecord(path)) return keptRecord(text)
  if (!/(?:\/METADATA|\/PKG-INFO|\.egg-info)$/.test(path)) return text
  const end = /\r?\n\r?\n/.exec(text)
  return end ? `${text.slice(0, end.index)}\n` : text
}
