import * as core from '@actions/core'
import { capped, visible } from '../../report/escape.ts'
import { formatBytes } from '../../units/bytes.ts'
import type { CacheFailure } from '../../file-cache.ts'

type Saved =
  | {
      readonly kind: 'saved'
      readonly key: string
      readonly packed: { readonly bytes: number; readonly left: number }
    }
  | { readonly kind: 'known' }
  | CacheFailure

/** Says in the log what is kept for the next run; what went wrong is a warning at most. */
export function tellSaved(saved: Saved, log: { write(text: string): unknown }): void {
  switch (saved.kind) {
    case 'saved': {
      const { bytes, left } = saved.packed
      const rest = left === 0 ? '' : `; ${formatBytes(left)} of the largest parts are too large for one entry`
      log.write(`kept ${formatBytes(bytes)} for the next run: ${visible(saved.key)}${rest}\n`)
      return
    }
    case 'known':
      log.write('the cache has all of it for the next run\n')
      return
    case 'failed': {
      const text = `nothing was saved for the next run: ${capped(visible(saved.reason), 500)}`
      if (saved.severity === 'warning') core.warning(text)
      else log.write(`${text}\n`)
    }
  }
}
