import type { Figure } from './rule.ts'

export const sizeFigures: readonly Figure[] = [
  'download',
  'disk',
  'filesystem',
  'environment',
  'update download',
]
export const timeFigures: readonly Figure[] = ['build time', 'start time']
export const figures: readonly Figure[] = [...sizeFigures, ...timeFigures]
