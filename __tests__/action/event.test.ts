import { describe, expect, it } from '@jest/globals'
import { loadInputs } from '../../src/action/inputs.ts'

describe('a job', () => {
  it('on a Windows runner is told where the action runs', () => {
    expect(() => loadInputs({ RUNNER_OS: 'Windows' }, '/work')).toThrow('does not run on a Windows runner')
  })

  it.each(['Linux', 'macOS', undefined])('on %s is not', (system) => {
    expect(loadInputs({ RUNNER_OS: system }, '/work').inputs.context).toBe('/work')
  })
})
