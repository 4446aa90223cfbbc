import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseChallenges } from '../../../src/host/registry/challenge.ts'

describe('parseChallenges', () => {
  it('reads the parameters of a bearer challenge', () => {
    const header =
      'Bearer realm="https://auth.example.invalid/token",service="registry", scope="repository:a/b:pull,push"'
    expect(parseChallenges(header)).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example.invalid/token',
          service: 'registry',
          scope: 'repository:a/b:pull,push',
        },
      },
    ])
  })

  it('tells several challenges of one header apart', () => {
    const header =
      'Negotiate, Bearer realm="https://a.invalid/t",error=insufficient_scope, Basic realm="b \\"c\\""'
    expect(parseChallenges(header)).toEqual([
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'bearer', parameters: { realm: 'https://a.invalid/t', error: 'insufficient_scope' } },
      { scheme: 'basic', parameters: { realm: 'b "c"' } },
    ])
  })

  it('keeps the first of two parameters with one name, and reads names in any case', () => {
    expect(parseChallenges('bearer Realm=a, realm=b')).toEqual([
      { scheme: 'bearer', parameters: { realm: 'a' } },
    ])
  })

  it('has nothing to say of a missing or a senseless header', () => {
    expect(parseChallenges(undefined)).toEqual([])
    expect(parseChallenges('="x", =,,')).toEqual([])
  })

  it('reads any text without an error, and touches no prototype', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseChallenges(text))))
    expect(parseChallenges('Bearer __proto__="x"')[0]?.parameters['realm']).toBeUndefined()
    expect(({} as Record<string, unknown>)['realm']).toBeUndefined()
  })
})
