import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { attacks } from '../fixtures/attacks.ts'
import {
  createDelta,
  createGrownMeasurement,
  createLayer,
  createMeasurement,
  createPackage,
} from '../fixtures/measurement.ts'
import { createAccepted, createHostileReport, createReport, createVerdict } from '../fixtures/report.ts'

const markdown = renderMarkdown(createReport())

describe('the report as markdown', () => {
  it('says first how it went', () => {
    const headOf = (report: Parameters<typeof createReport>[0]): string | undefined =>
      renderMarkdown(createReport(report)).split('\n')[0]
    expect(headOf({})).toBe('### ❌ `api` is over budget: download 121 MB, +34.5 MB (+40%)')
    expect(headOf({ verdict: createVerdict('disk > 1 GB', 'disk > 1 MB') })).toMatch(
      /^### ⚠️ `api` is over a warning/,
    )
    expect(headOf({ verdict: createVerdict('disk > 1 GB') })).toMatch(/^### ✅ `api` is within budget: /)
    expect(headOf({ verdict: undefined })).toBe('### `api`: download 121 MB, +34.5 MB (+40%)')
    expect(headOf({ verdict: undefined, delta: undefined })).toBe('### `api`: download 121 MB, 9 packages')
    expect(markdown).toContain('For `linux/amd64`, compared with `main at 1a2b3c4`\n')
  })

  it('has the figures, the rules and what changed in sight', () => {
    const open = markdown.slice(0, markdown.indexOf('<details>'))
    expect(open).toContain('| download | 86.1 MB | 121 MB | **+34.5 MB** | +40% | +5%, +2.00 MB |\n')
    expect(open).toContain('| update download |  | 51.5 MB |  |  |  |\n')
    expect(open).toContain(
      '| ❌ | `download grows by > 5% and > 2 MB` | download grew by 34.5 MB (+40%), above',
    )
    expect(open).toContain('| ➖ | `start time > 3 s` | skipped: start time was not measured |\n')
    expect(open).toContain('| ➕ | `polars` | `1.17.1` | +101 MB | you |\n')
    expect(open).toContain('| 🔁 | `numpy` | `2.1.0` → `2.2.1` | +879 kB | `pandas` ← you |\n')
    expect(open).toContain('- ⚠️ requirements.txt is not frozen: run `uv pip compile --generate-hashes`\n')
  })

  it('has parts, packages, layers and steps behind folds', () => {
    const folds = [...markdown.matchAll(/<details><summary>(.*?)<\/summary>\n\n([^]*?)\n<\/details>/g)]
    expect(folds.map(([, title]) => title)).toEqual([
      'Parts',
      'Largest packages (of 9)',
      'Layers: 5 kept, 2 new, 1 gone',
      'Steps',
    ])
    expect(folds[2]?.[2]).toContain(
      '| environment | 34.1\u00a0MB | **new** | `pydeps-image: polars 1.17.1` |',
    )
    expect(folds[3]?.[2]).toContain('| `total` | 5.12 s | +810 ms |  |')
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
    const shown = renderMarkdown(createReport({ measurement: createMeasurement({ waste }) }))
    expect(shown).toContain('<details><summary>Waste, 7.12 MB</summary>')
    expect(shown).toContain(
      "| `/root/.cache/pip` | 7.12\u00a0MB | 6.90\u00a0MB | pip's cache: install with `--no-cache-dir` |",
    )
  })

  it('tells what is wasted anew beside what changed, and what is wasted no more', () => {
    const waste = { why: "pip's cache", hint: 'install with --no-cache-dir' }
    const head = createMeasurement({ waste: [{ path: '/new', bytes: 7_120_000, download: 1, ...waste }] })
    const base = createMeasurement({ waste: [{ path: '/old', bytes: 9_000_000, download: 1, ...waste }] })
    const shown = renderMarkdown(createReport({ measurement: head, delta: createDelta(head, base) }))
    const open = shown.slice(0, shown.indexOf('<details>'))
    expect(open).toContain("| ➕ | `/new` | +7.12\u00a0MB | pip's cache: install with `--no-cache-dir` |\n")
    expect(open).toContain('| ➖ | `/old` | -9.00\u00a0MB | gone |\n')
  })

  it('has the limits of the budget beside the figures they are for', () => {
    const rules = 'download > 250 MB\ndownload grows by > 5% and > 2 MB or disk > 1 GB\ndownload > 250 MB'
    const shown = renderMarkdown(createReport({ verdict: createVerdict(rules, 'build time > 4 min') }))
    expect(shown).toContain('| +40% | 250 MB, +5%, +2.00 MB |\n')
    expect(shown).toMatch(/^\| disk .*\| 1\.00 GB \|$/m)
    expect(shown).toMatch(/^\| build time .*\| 4 min 00 s \|$/m)
    expect(shown).toMatch(/^\| environment .*\| {2}\|$/m)
    expect(renderMarkdown(createReport({ verdict: undefined }))).not.toContain('| budget |')
  })

  it('says beside the figure that a label accepts its growth', () => {
    const verdict = createAccepted('download grows by > 5% and > 2 MB\ndisk > 2 GB', 'size|ok')
    const shown = renderMarkdown(createReport({ verdict }))
    expect(shown).toContain('| +40% | +5%, +2.00 MB, accepted by `size\\|ok` |\n')
    expect(shown).toMatch(/^\| disk .*\| 2\.00 GB \|$/m)
  })

  it('has a row for every cell of its head', () => {
    for (const block of markdown.split('\n\n').filter((each) => each.startsWith('|'))) {
      const counts = block
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/\\\|/g, '').split('|').length)
      expect(new Set(counts).size).toBe(1)
    }
  })

  it('is one line when nothing changed', () => {
    const measurement = createMeasurement()
    const quiet = createReport({
      measurement,
      delta: createDelta(measurement),
      verdict: createVerdict('disk > 1 GB'),
    })
    expect(renderMarkdown(quiet)).toBe(
      '✅ `api`: no change, download 86.1 MB (compared with `main at 1a2b3c4`)\n',
    )
    expect(renderMarkdown({ ...quiet, verdict: createVerdict('disk > 1 MB') })).toMatch(
      /^### ❌ .*\n\n.*\n\n/,
    )
  })

  it('says why something is not compared', () => {
    const arm = createMeasurement({ image: { ...createMeasurement().image, platform: 'linux/arm64' } })
    const shown = renderMarkdown(createReport({ delta: createDelta(undefined, arm) }))
    expect(shown).toContain(
      '- download is not compared: the baseline is for linux/arm64, this image for linux/amd64\n',
    )
  })
})

describe('a report that is too long', () => {
  const packages = Array.from({ length: 400 }, (_, i) =>
    createPackage({ name: `package-${i}`, bytes: 1000 * (400 - i) }),
  )
  const layers = Array.from({ length: 120 }, (_, i) => createLayer({ createdBy: `RUN step ${i}` }))
  const measurement = createMeasurement({ packages, layers })
  const report = createReport({ measurement, delta: createDelta(measurement) })

  it('loses its least important rows first, and says how many', () => {
    const whole = renderMarkdown(report, { maxCharacters: 1e6 })
    const cut = renderMarkdown(report, { maxCharacters: whole.length - 3_000 })
    expect(cut).toContain('4 steps left out')
    expect(cut).toMatch(/… and \d+ more layers/)
    expect(cut).toContain('`package-399`')
    const shorter = renderMarkdown(report, { maxCharacters: 4_000 })
    expect(shorter).toContain('120 layers left out')
    expect(shorter).toMatch(/… and \d+ more packages/)
    expect(shorter).toContain('| download | 86.1 MB')
  })

  it('is never longer than it may be, and its folds stay closed', () => {
    fc.assert(
      fc.property(fc.nat(40_000), (maxCharacters) => {
        const shown = renderMarkdown(report, { maxCharacters })
        expect(shown.length).toBeLessThanOrEqual(maxCharacters)
        expect(shown.split('<details>').length).toBe(shown.split('</details>').length)
      }),
      { numRuns: 200 },
    )
    for (let maxCharacters = 0; maxCharacters < 600; maxCharacters += 7) {
      expect(renderMarkdown(report, { maxCharacters }).length).toBeLessThanOrEqual(maxCharacters)
    }
  })

  it('fits into a comment unless told otherwise', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => createPackage({ name: `package-${i}` }))
    const large = createMeasurement({ packages: many })
    const shown = renderMarkdown(createReport({ measurement: large, delta: createDelta(large) }))
    expect(shown.length).toBeLessThanOrEqual(65_000)
    expect(shown.length).toBeGreaterThan(60_000)
  })
})

describe('names and lists of hostile length', () => {
  const long = '`|@x '.repeat(12_000)
  const about = { name: long, version: long, location: long, requiredBy: [[long, long, long, long, long]] }
  const measurement = createMeasurement({
    image: { reference: long, digest: long, platform: long },
    sizes: createGrownMeasurement().sizes,
    packages: Array.from({ length: 10_000 }, (_, i) =>
      createPackage({ name: `package-${i}`, bytes: 1_000 + i, ...(i === 0 ? about : {}) }),
    ),
    layers: Array.from({ length: 1_000 }, () => createLayer({ createdBy: long })),
    waste: Array.from({ length: 200 }, () => ({ path: long, bytes: 9, download: 1, why: long, hint: long })),
    systemPackages: Array.from({ length: 5_000 }, (_, i) => ({ name: `lib${i}`, version: long, bytes: i })),
  })
  const nothing = { packages: [], systemPackages: [], waste: [], layers: [] }
  const base = createMeasurement({ image: { ...measurement.image, digest: 'old' }, ...nothing })
  const report = createReport({
    ...{ name: long, baselineText: long, measurement, notes: [long, long] },
    delta: createDelta(measurement, base),
    verdict: createAccepted('download grows by > 1%', long),
    outputs: [{ label: long, value: long }],
  })

  it('make it no longer than it may be', () => {
    for (const maxCharacters of [65_000, 20_000, 3_000, 1_000, 400, 50]) {
      const shown = renderMarkdown(report, { maxCharacters })
      expect(shown.length).toBeLessThanOrEqual(maxCharacters)
      expect(shown.split('<details>').length).toBe(shown.split('</details>').length)
    }
  })

  it('leave the figures, and the number of all that is left out', () => {
    const shown = renderMarkdown(report)
    expect(shown).toContain('| **+34.5 MB** |')
    expect(shown).toContain('**What changed**: 10000 packages\n')
    const [, rows = ''] =
      /<summary>9980 packages more that changed<\/summary>\n\n([^]*?)\n\n/.exec(shown) ?? []
    expect(shown).toContain(`\n… and ${9_980 - (rows.split('\n').length - 2)} more packages\n`)
    expect(shown).toContain('5000 system packages left out\n')
    expect(shown).toContain('1000 layers left out\n')
  })
})

describe('text of strangers', () => {
  const skeleton = (text: string): string =>
    text.replace(/(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '·').replace(/\(empty\)/g, '·')
  const expected = skeleton(renderMarkdown(createHostileReport('<x>')))

  it.each(
    attacks
      .filter((attack) => attack.length < 200)
      .map((attack) => [JSON.stringify(attack).slice(0, 40), attack] as const),
  )('%s is code or plain words', (_, attack) => {
    const shown = renderMarkdown(createHostileReport(attack))
    expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    // Prose may be several spans and words; the rest of the report stays as it is for any name.
    const lines = skeleton(shown).split('\n')
    const wanted = expected.split('\n')
    expect(lines).toHaveLength(wanted.length)
    for (const [i, line] of lines.entries()) {
      const isProse = /^- |^\| ❌|^\| · \| 1\.00\u00a0kB|^\| ➕ \| · \| \+1\.00\u00a0kB/.test(wanted[i] ?? '')
      if (!isProse) expect(line).toBe(wanted[i])
      expect(line).not.toMatch(/@\w|#\d|https?:|www\.|<(?!\/?(?:details|summary)>|\d)|\]\(|\*\*\*/i)
    }
  })
})
