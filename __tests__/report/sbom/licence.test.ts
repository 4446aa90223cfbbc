import { describe, expect, it } from '@jest/globals'
import type { StatedLicence } from '../../../src/image/inventory.ts'
import { licencesOf } from '../../../src/report/sbom/licence.ts'

const licence = (stated: Partial<StatedLicence>): readonly object[] =>
  licencesOf({ expression: undefined, text: undefined, classifiers: [], ...stated }).map((one) =>
    'license' in one
      ? Object.fromEntries(Object.entries(one.license).filter(([key]) => key !== 'acknowledgement'))
      : { expression: one.expression },
  )

const osi = 'License :: OSI Approved'

describe('licences', () => {
  it.each<[string, Partial<StatedLicence>, object[]]>([
    ['nothing', {}, []],
    [
      'an expression before all else',
      {
        expression: 'MIT AND (Apache-2.0 OR BSD-2-Clause)',
        text: 'MIT',
        classifiers: [`${osi} :: MIT License`],
      },
      [{ expression: 'MIT AND (Apache-2.0 OR BSD-2-Clause)' }],
    ],
    [
      'an id in the old field',
      { text: 'BSD-3-Clause', classifiers: [`${osi} :: BSD License`] },
      [{ id: 'BSD-3-Clause' }],
    ],
    [
      'a classifier that names one licence',
      { text: 'see the file', classifiers: [`${osi} :: MIT License`] },
      [{ id: 'MIT' }],
    ],
    ['one that names several', { classifiers: [`${osi} :: BSD License`] }, [{ name: 'BSD License' }]],
    [
      'two',
      { classifiers: [`${osi} :: MIT License`, `${osi} :: ISC License (ISCL)`] },
      [{ id: 'MIT' }, { id: 'ISC' }],
    ],
    ['words alone', { text: 'Own licence', classifiers: [osi] }, [{ name: 'Own licence' }]],
    ['an unknown one', { text: 'UNKNOWN' }, []],
  ])('are taken from %s', (_, stated, expected) => {
    expect(licence(stated)).toEqual(expected)
  })

  it('are cut where someone put the whole text, and have no control characters', () => {
    const [one] = licence({ text: `x\u0000${'y'.repeat(9000)}` })
    const { name } = one as { readonly name: string }
    expect(name.length).toBeLessThanOrEqual(220)
    expect(name).not.toContain('\u0000')
  })
})
