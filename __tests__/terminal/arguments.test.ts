import { describe, expect, it } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { parseArguments, type Request } from '../../src/terminal/arguments.ts'

const parse = (...args: readonly string[]): Request =>
  parseArguments(args, { cwd: '/home/me', version: '1.2.3' })
const refused = (...args: readonly string[]): Failure => {
  try {
    parse(...args)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('build', () => {
  it('takes a folder and options in any order', () => {
    expect(parse('build', '-t', 'api:1', 'api', '--tag=api:2', '--quiet')).toMatchObject({
      command: 'build',
      quiet: true,
      inputs: { context: '/home/me/api', tags: ['api:1', 'api:2'] },
    })
    expect(parse('build')).toMatchObject({ quiet: false, inputs: { context: '/home/me' } })
  })

  it('reads every option into its input', () => {
    const request = parse(
      ...['build', '--mode', 'volume', '--engine', 'assemble', '--base', 'python:3.13', '--python', '3.13'],
      ...['--platform', 'linux/arm64', '--group', 'web', '--extra', 's3', '--command', 'python -m api'],
      ...['--user', 'app', '--compression', 'zstd', '-o', 'oci-archive:api.tar', '-t', 'api', '--push'],
      ...[
        '--fail-on',
        'disk > 1 GB',
        '--warn-on',
        'disk > 1 MB',
        '--max-size',
        '250MB',
        '--max-increase',
        '5%',
      ],
      ...[
        '--max-build-time',
        '4min',
        '--against',
        'main.json',
        '--name',
        'api',
        '--json',
        '-',
        '--markdown',
        'r.md',
      ],
    )
    expect(request).toMatchObject({
      inputs: {
        mode: 'volume',
        engine: 'assemble',
        base: { transport: 'docker', repository: 'library/python' },
        pythonVersion: '3.13',
        platforms: [{ architecture: 'arm64' }],
        groups: ['web'],
        extras: ['s3'],
        command: ['python', '-m', 'api'],
        user: 'app',
        compression: 'zstd',
        output: { transport: 'oci-archive', path: 'api.tar' },
        tags: ['api'],
        push: true,
        failOn: [
          { text: 'disk > 1 GB' },
          { text: '--max-size: 250MB' },
          { text: '--max-increase: 5%' },
          { text: '--max-build-time: 4min' },
        ],
        warnOn: [{ text: 'disk > 1 MB' }],
        against: 'main.json',
        name: 'api',
        json: '-',
        markdown: 'r.md',
      },
    })
  })
})

describe('analyze', () => {
  it('takes an image, what it stands on, and where reports go', () => {
    const args = [
      'oci:image',
      '--base',
      'python:3.13',
      '--project',
      'api',
      '--platform',
      'linux/arm64',
      '--html',
      'r.html',
      '--sbom',
      's.json',
      '-q',
    ]
    expect(parse('analyze', ...args)).toEqual({
      command: 'analyze',
      quiet: true,
      inputs: {
        image: expect.objectContaining({ transport: 'oci', path: 'image' }),
        base: expect.objectContaining({ transport: 'docker', repository: 'library/python' }),
        project: 'api',
        platform: { os: 'linux', architecture: 'arm64' },
        json: undefined,
        markdown: undefined,
        html: 'r.html',
        sbom: 's.json',
      },
    })
  })
})

describe('compare', () => {
  it('takes two images or measurements', () => {
    expect(parse('compare', 'main.json', 'oci:image', '--markdown', '-')).toMatchObject({
      command: 'compare',
      quiet: false,
      inputs: { before: 'main.json', after: 'oci:image', platform: undefined, markdown: '-' },
    })
  })
})

describe('wrong usage', () => {
  it.each<[string[], string]>([
    [['buidl'], 'unknown command "buidl": did you mean build?'],
    [['--foo'], 'unknown option "--foo"'],
    [['build', '--tagg', 'x'], '"--tagg" is not an option: did you mean --tag?'],
    [['build', '--moed=ship'], '"--moed" is not an option: did you mean --mode?'],
    [['build', 'a', 'b'], '"b" is one argument too many'],
    [['build', '--tag'], '--tag needs a value: --tag NAME'],
    [['build', '--json', '--quiet'], '--json needs a value, and --quiet follows it'],
    [['build', '--base', ''], '--base: the value is empty'],
    [['build', '--mode', 'shp'], '--mode: "shp" is not one of ship, volume (did you mean ship?)'],
    [['build', '--push'], '--push needs --tag'],
    [['analyze'], 'IMAGE is missing'],
    [['analyze', 'oci:image', '--platform', 'x/y/z/w'], '--platform: platform "x/y/z/w"'],
    [['analyze', 'oci:image', '--json', '-', '--html', '-'], '--json and --html cannot both be written'],
    [['build', '--sbom', '-', '--html', '-'], '--html and --sbom cannot both be written'],
    [
      ['build', '--sbom', '-', '--platform', 'linux/amd64,linux/arm64'],
      '--sbom: each of 2 platforms has a bill of materials of its own: name a file',
    ],
    [['compare', 'a', 'b', '--sbom', 's.json'], '"--sbom" is not an option'],
    [['compare', 'oci:image'], 'HEAD is missing'],
    [['compare', 'a', 'b', 'c'], '"c" is one argument too many'],
    [['build', '--max-build-time', '4'], '--max-build-time, line 1, column 1: 4 needs a unit'],
  ])('%j', (args, message) => {
    const failure = refused(...args)
    expect(failure.kind).toBe('usage')
    expect(failure.message).toContain(message)
    expect(failure.message).not.toContain('problems')
    expect(failure.hint).toContain('--help')
  })

  it('is told all at once', () => {
    const { message } = refused('build', '--tagg', 'x', '--mode', 'y', '--fail-on', 'disk > 5', '--base', '')
    expect(message.split('\n')).toEqual([
      '4 problems on the command line:',
      '- --base: the value is empty',
      '- "--tagg" is not an option: did you mean --tag?',
      '- --mode: "y" is not one of ship, volume',
      '- --fail-on, line 1, column 8: 5 needs a unit, as in 250 MB',
      '      disk > 5',
      '             ^',
    ])
  })
})

describe('help', () => {
  it.each<[string[], 0 | 2]>([
    [['--help'], 0],
    [['help'], 0],
    [['build', '--help'], 0],
    [['help', 'build'], 0],
    [['help', 'analyze'], 0],
    [['compare', '--help'], 0],
    [['build', '-h', '--nonsense'], 0],
    [[], 2],
  ])('%j', (args, status) => {
    const request = parse(...args)
    expect(request).toMatchObject({
      command: 'text',
      status,
      text: expect.stringContaining('Usage: pydeps-image'),
    })
    if (request.command !== 'text') throw new Error('it is not text')
    for (const line of request.text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('says what every option of build is for', () => {
    const request = parse('build', '--help')
    const text = request.command === 'text' ? request.text : ''
    for (const option of [
      '--mode MODE',
      '-o, --output IMAGE',
      '--fail-on RULE',
      '-q, --quiet',
      '-h, --help',
    ]) {
      expect(text).toContain(option)
    }
    expect(text).toContain('default: oci:image')
    expect(text).toContain('Exit status: 0 built; 1 a budget failed; 2 wrong usage; 3 the build failed.')
  })

  it('has examples that are accepted', () => {
    const request = parse('build', '--help')
    const text = request.command === 'text' ? request.text : ''
    const examples = [...text.replace(/\\\n\s+/g, '').matchAll(/^ {2}pydeps-image (build.*)$/gm)].map(
      ([, line]) => line ?? '',
    )
    expect(examples.length).toBeGreaterThan(3)
    for (const example of examples) {
      const args = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
      expect(parse(...args)).toMatchObject({ command: 'build' })
    }
  })
})

it('prints its version', () => {
  for (const flag of ['--version', '-V']) {
    expect(parse(flag)).toEqual({ command: 'text', text: '1.2.3\n', status: 0 })
  }
})
