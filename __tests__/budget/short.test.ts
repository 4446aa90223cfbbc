import { expect, it } from '@jest/globals'
import { rulesFromShortForms } from '../../src/budget/short.ts'

const flags = { maxSize: '--max-size', maxIncrease: '--max-increase', maxBuildTime: '--max-build-time' }
const spell = (key: keyof typeof flags): string => flags[key]

it('stands for the three most wanted rules', () => {
  const { rules, problems } = rulesFromShortForms(
    { maxSize: ' 250  MB ', maxIncrease: '5%', maxBuildTime: '4min' },
    spell,
  )
  expect(problems).toEqual([])
  expect(rules).toEqual([
    { text: '--max-size: 250 MB', condition: { kind: 'above', figure: 'download', limit: 250_000_000 } },
    {
      text: '--max-increase: 5%',
      condition: { kind: 'grows', figure: 'download', by: 5, unit: 'percent' },
    },
    { text: '--max-build-time: 4min', condition: { kind: 'above', figure: 'build time', limit: 240_000 } },
  ])
})

it('is nothing when nothing is given', () => {
  expect(rulesFromShortForms({ maxSize: undefined }, spell)).toEqual({ rules: [], problems: [] })
})

it('points into what was written, not into the rule it stands for', () => {
  const { rules, problems } = rulesFromShortForms(
    { maxSize: '250 MBs', maxBuildTime: '4', maxIncrease: '' },
    spell,
  )
  expect(rules).toEqual([])
  expect(problems).toMatchObject([
    { source: '--max-size', text: '250 MBs', column: 5, length: 3 },
    { source: '--max-increase', text: '', column: 1, message: expect.stringContaining('250 MB or 5%') },
    { source: '--max-build-time', text: '4', column: 1, length: 1 },
  ])
})
