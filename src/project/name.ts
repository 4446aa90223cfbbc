declare const brand: unique symbol

/** A distribution's name as PEP 503 normalises it: lower case, runs of `-_.` as one `-`. */
export type PackageName = string & { readonly [brand]: 'PackageName' }

/** Normalises any spelling of a name (PEP 503); it does not check that the name is allowed. */
export function packageName(text: string): PackageName {
  return text.replace(/[-_.]+/g, '-').toLowerCase() as PackageName
}
