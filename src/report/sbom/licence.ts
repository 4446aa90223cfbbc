import type { StatedLicence } from '../../image/inventory.ts'
import { capped, visible } from '../escape.ts'

/** A licence as CycloneDX has it: one SPDX expression, or names and ids. */
export type Licence =
  | { readonly expression: string; readonly acknowledgement: 'declared' }
  | {
      readonly license: ({ readonly id: string } | { readonly name: string }) & {
        readonly acknowledgement: 'declared'
      }
    }

/** Trove classifiers that name one licence, by their last part, with its SPDX id; `BSD License` may be any of four. */
const ids: ReadonlyMap<string, string> = new Map([
  ['Boost Software License 1.0 (BSL-1.0)', 'BSL-1.0'],
  ['CC0 1.0 Universal (CC0 1.0) Public Domain Dedication', 'CC0-1.0'],
  ['Eclipse Public License 2.0 (EPL-2.0)', 'EPL-2.0'],
  ['European Union Public Licence 1.2 (EUPL 1.2)', 'EUPL-1.2'],
  ['GNU Affero General Public License v3', 'AGPL-3.0-only'],
  ['GNU Affero General Public License v3 or later (AGPLv3+)', 'AGPL-3.0-or-later'],
  ['GNU General Public License v2 (GPLv2)', 'GPL-2.0-only'],
  ['GNU General Public License v2 or later (GPLv2+)', 'GPL-2.0-or-later'],
  ['GNU General Public License v3 (GPLv3)', 'GPL-3.0-only'],
  ['GNU General Public License v3 or later (GPLv3+)', 'GPL-3.0-or-later'],
  ['GNU Lesser General Public License v2 (LGPLv2)', 'LGPL-2.0-only'],
  ['GNU Lesser General Public License v2 or later (LGPLv2+)', 'LGPL-2.0-or-later'],
  ['GNU Lesser General Public License v3 (LGPLv3)', 'LGPL-3.0-only'],
  ['GNU Lesser General Public License v3 or later (LGPLv3+)', 'LGPL-3.0-or-later'],
  ['ISC License (ISCL)', 'ISC'],
  ['MIT License', 'MIT'],
  ['MIT No Attribution License (MIT-0)', 'MIT-0'],
  ['Mozilla Public License 2.0 (MPL 2.0)', 'MPL-2.0'],
  ['Python Software Foundation License', 'PSF-2.0'],
  ['The Unlicense (Unlicense)', 'Unlicense'],
  ['zlib/libpng License', 'Zlib'],
])

/** Ids that the `License` field is often filled with. */
const known = new Set([...ids.values(), 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'])

/**
 * The licences that a distribution states: its SPDX expression; else the `License` field and the classifiers, where
 * the field says nothing that a classifier does not. Nothing is made more exact than it was stated.
 */
export function licencesOf({ expression, text, classifiers }: StatedLicence): readonly Licence[] {
  if (expression !== undefined) return [{ expression: shown(expression), acknowledgement: 'declared' }]
  const names = classifiers
    .map((one) => one.split(' :: ').at(-1) ?? '')
    .filter((one) => one !== 'OSI Approved')
  const own = text === undefined || /^unknown$/i.test(text) ? [] : [text]
  const exact = own.filter((one) => known.has(one))
  const stated = exact.length > 0 ? exact : names.length > 0 ? names : own
  return [...new Set(stated.filter((one) => one.trim() !== ''))].map((one) => {
    const id = known.has(one) ? one : ids.get(one)
    return {
      license: {
        ...(id === undefined ? { name: shown(one) } : { id }),
        acknowledgement: 'declared',
      },
    }
  })
}

/** Some have the whole text of their licence in the field. */
function shown(text: string): string {
  return capped(visible(text.trim()), 200)
}
