import { excerpt } from '../escape.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text from a stranger, for an element's content or a quoted attribute (HTML, "Escaping a string"). */
export function html(text: string, length = 200): string {
  return excerpt(text, length).replace(/[&<>"']/g, (c) => entities[c] ?? '')
}

/** A sentence that may hold names from a stranger; what stands between backticks is code. */
export function sentence(text: string, length = 500): string {
  return html(text, length).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** JSON for the content of a script element, which ends at nothing but `</script` and hides behind `<!--`. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
}
