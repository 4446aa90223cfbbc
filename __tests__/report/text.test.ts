import { describe, expect, it } from '@jest/globals'
import { renderText } from '../../src/report/text.ts'
import { displayWidth } from '../../src/report/width.ts'
import { attacks } from '../fixtures/attacks.ts'
import {
  createDelta,
  createDigest,
  createLayer,
  createMeasurement,
  createPackage,
} from '../fixtures/measurement.ts'
import { createAccepted, createHostileReport, createReport, createVerdict } from '../fixtures/report.ts'

const text = renderText(createReport())

describe('the report in a terminal', () => {
  it('says first how it went', () => {
    expect(text.split('\n').slice(0, 3)).toEqual([
      'api  linux/amd64  sha256:000000000000',
      '✗ over budget: download 121 MB, +34.5 MB (+40%)',
      'compared with main at 1a2b3c4',
    ])
    const headOf = (report: Parameters<typeof createReport>[0]): string | undefined =>
      renderText(createReport(report)).split('\n')[1]
    expect(headOf({ verdict: createVerdict('disk > 1 GB', 'disk > 1 MB') })).toMatch(
      /^! over a warning limit: /,
    )
    expect(headOf({ verdict: createVerdict('disk > 1 GB') })).toMatch(/^✓ within budget: /)
    expect(headOf({ verdict: createVerdict('start time > 1 s') })).toMatch(/^- not judged: /)
    expect(headOf({ verdict: undefined })).toBe('download 121 MB, +34.5 MB (+40%)')
    expect(headOf({ verdict: undefined, delta: undefined })).toBe('download 121 MB, 9 packages')
  })

  it('has figures that stand under their titles', () => {
    const [title = '', download = '', ...rest] = text.slice(text.indexOf('Figures')).split('\n')
    for (const [word, value] of [
      ['baseline', '86.1 MB'],
      ['this', '121 MB'],
      ['delta', '+34.5 MB'],
    ] as const) {
      expect(title.indexOf(word) + word.length).toBe(download.indexOf(value) + value.length)
    }
    expect(rest.slice(3, 5)).toEqual([
      '  update download                     51.5 MB',
      '  build time              4.31 s       5.12 s      +810 ms         +19%',
    ])
  })

  it('tells what changed, why each package is there, and what each layer costs', () => {
    expect(text).toContain('  + polars 1.17.1                      +101 MB  ← you\n')
    expect(text).toContain('  ~ numpy 2.1.0 → 2.2.1                +879 kB  ← pandas ← you\n')
    expect(text).toContain('  pydantic-core 2.27.1                 4.91 MB  ← pydantic ← fastapi ← you\n')
    expect(text).toContain('  new    34.1 MB  environment pydeps-image: polars 1.17.1\n')
    expect(text).toContain('  kept   29.8 MB  base        debian.sh --arch amd64 trixie\n')
    expect(text).toMatch(/ {2}environment {2}█+\S* +212 MB +64% +\+102 MB\n/)
  })

  it('tells each rule with its numbers', () => {
    const budget = text.slice(text.indexOf('Budget'), text.indexOf('Figures')).replace(/\n +/g, ' ')
    expect(budget).toContain(
      '✗ download grows by > 5% and > 2 MB: download grew by 34.5 MB (+40%), above 5% (4.31 MB)',
    )
    expect(budget).toContain('- start time > 3 s: start time was not measured')
    expect(budget).toContain('✓ build time > 1 min: build time is 5.12 s, within 1 min 00 s')
  })

  it('says why something is not compared', () => {
    const zstd = createMeasurement({ basis: { compression: 'zstd', source: 'oci' } })
    const shown = renderText(createReport({ delta: createDelta(undefined, zstd) }))
    expect(shown.replace(/\n +/g, ' ')).toContain(
      "not compared: the baseline's layers are compressed with zstd",
    )
    expect(shown).toMatch(/ {2}download +86.1 MB +121 MB\n/)
  })

  it('tells the move of the base image apart', () => {
    const base = createMeasurement()
    const moved = createMeasurement({
      image: { ...base.image, digest: createDigest(0xee) },
      layers: [createLayer({ part: 'base', download: 1 }), ...base.layers.slice(1)],
    })
    const shown = renderText(createReport({ measurement: moved, delta: createDelta(moved, base) }))
    expect(shown.replace(/\n +/g, ' ')).toContain('The base image itself moved: download -29.8 MB')
  })

  it('tells what is wasted and what to do about it', () => {
    const path = '/root/.cache/pip'
    const waste = [
      {
        path,
        bytes: 7_120_000,
        download: 6_900_000,
        why: "pip's cache",
        hint: 'install with --no-cache-dir',
      },
    ]
    const measurement = createMeasurement({ waste })
    expect(renderText(createReport({ measurement }))).toContain(
      [
        'Waste, 7.12 MB',
        '    7.12 MB  /root/.cache/pip                            6.90 MB of the download',
        "             pip's cache",
        '             → install with --no-cache-dir',
        '',
      ].join('\n'),
    )
  })

  it('marks waste that is new, and names what is gone', () => {
    const about = { why: 'a cache', hint: 'do not keep it' }
    const head = createMeasurement({ waste: [{ path: '/new', bytes: 7_120_000, download: 1, ...about }] })
    const base = createMeasurement({ waste: [{ path: '/old', bytes: 9_000_000, download: 1, ...about }] })
    const shown = renderText(createReport({ measurement: head, delta: createDelta(head, base) }))
    expect(shown).toContain(
      [
        'Waste, 7.12 MB',
        '+   7.12 MB  /new                                       new, 1 B of the download',
        '             a cache',
        '             → do not keep it',
        '-   9.00 MB  /old  gone',
        '',
      ].join('\n'),
    )
  })

  it('says of waste that is kept how much it grew, and cuts a long path at its beginning', () => {
    const path = `/opt/venv/lib/python3.13/site-packages/${'deep/'.repeat(6)}numpy`
    const about = { path, download: 1, why: 'a cache', hint: 'do not keep it' }
    const head = createMeasurement({ waste: [{ ...about, bytes: 9_000_000 }] })
    const base = createMeasurement({ waste: [{ ...about, bytes: 2_000_000 }] })
    const shown = renderText(createReport({ measurement: head, delta: createDelta(head, base) }))
    expect(shown).toMatch(/^~ +9\.00 MB {2}…\S*\/deep\/numpy {2}\+7\.00 MB, 1 B of the download$/m)
  })

  it('tells what changed in the system apart', () => {
    const system = (count: number, bytes: number): { name: string; version: string; bytes: number }[] =>
      Array.from({ length: count }, (_, i) => ({ name: `lib${i}`, version: '1', bytes: bytes - i }))
    const head = createMeasurement({ systemPackages: system(9, 5_000_000) })
    const base = createMeasurement({ systemPackages: system(1, 1_000_000) })
    const shown = renderText(createReport({ measurement: head, delta: createDelta(head, base) }))
    const [, section = ''] = /(What changed in the system[^]*?)\n\n/.exec(shown) ?? []
    expect(section.split('\n')).toEqual([
      'What changed in the system: 9 packages',
      expect.stringMatching(/^ {2}\+ lib1 1 +\+5\.00 MB$/),
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^ {2}\+ lib\d 1 +\+5\.00 MB$/) as unknown),
      expect.stringMatching(/^ {2}\+ lib6 1 +\+5\.00 MB$/),
      '  … and 3 more, +14.0 MB',
    ])
  })

  it('says beside the figure that a label accepts its growth', () => {
    const verdict = createAccepted('download grows by > 5%', 'size-ok')
    const shown = renderText(createReport({ verdict }))
    expect(shown).toMatch(/^ {2}download .*\n {4}accepted by the label `size-ok`\n {2}disk /m)
  })

  it('says what the figures are where there is nothing to compare with', () => {
    const shown = renderText(createReport({ delta: undefined, verdict: undefined }))
    expect(shown).toMatch(/^ {2}download +121 MB {3}compressed layers: what a host pulls$/m)
  })

  it('cuts long lists and says how much is missing', () => {
    const packages = Array.from({ length: 30 }, (_, i) =>
      createPackage({ name: `p${i}`, bytes: 1_000_000 * (30 - i) }),
    )
    const measurement = createMeasurement({ packages })
    const shown = renderText(createReport({ measurement, delta: createDelta(measurement) }), { rows: 10 })
    expect(shown).toContain('Largest of 30 packages\n')
    expect(shown).toContain('  … and 20 more, 210 MB\n')
    expect(shown).toContain('  p9 2.1.0')
    expect(shown).not.toContain('  p10 2.1.0')
  })

  it('is short when nothing changed', () => {
    const measurement = createMeasurement()
    const report = createReport({ measurement, delta: createDelta(measurement), verdict: undefined })
    expect(renderText(report).split('\n')).toEqual([
      'api  linux/amd64  sha256:000000000000',
      'no change, download 86.1 MB',
      'compared with main at 1a2b3c4',
      '',
      '! requirements.txt is not frozen: run `uv pip compile --generate-hashes`',
      '',
      'image  oci:image',
      '',
    ])
    expect(renderText({ ...report, verdict: createVerdict('disk > 1 MB') })).toContain('Figures')
  })

  it('has an image without anything in it', () => {
    const empty = createMeasurement({ layers: [], packages: [], systemPackages: [], timings: [], waste: [] })
    const sizes = { download: 0, disk: 0, filesystem: 0, environment: 0 }
    const parts = { base: 0, system: 0, interpreter: 0, environment: 0, app: 0, waste: 0, other: 0 }
    const shown = renderText({ name: 'a', measurement: { ...empty, sizes, parts }, notes: [], outputs: [] })
    expect(shown).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('colours', () => {
  it('are nothing but colours', () => {
    const coloured = renderText(createReport(), { colour: true })
    expect(coloured).toContain('\x1b[31m✗\x1b[39m')
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(text)
    expect(text).not.toContain('\x1b')
  })
})

describe('text of strangers', () => {
  it.each(attacks.map((attack) => [JSON.stringify(attack).slice(0, 40), attack] as const))(
    '%s stays inside its line',
    (_, attack) => {
      for (const columns of [72, 80, 120]) {
        const shown = renderText(createHostileReport(attack), { columns })
        expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        // Values to be copied come last and are whole.
        const lines = shown.split('\n').slice(0, -3)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
      }
      const lines = (text: string): number =>
        renderText(createHostileReport(text), { columns: 20_000 }).split('\n').length
      expect(lines(attack)).toBe(lines('x'))
    },
  )
})
