/** Values of a field in text of `Name: value` lines (email headers, dpkg's control files), whatever its case. */
export function fieldValues(text: string, field: string): readonly string[] {
  const prefix = `${field.toLowerCase()}:`
  return text.split('\n').flatMap((line) => {
    const isField = line.slice(0, prefix.length).toLowerCase() === prefix
    return isField ? [line.slice(prefix.length).trim()] : []
  })
}
