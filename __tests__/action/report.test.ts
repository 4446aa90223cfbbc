import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inert } from '../../src/action/fence.ts'
import { outputsOf } from '../../src/action/outputs.ts'
import { outputTable } from '../../src/action/outputs-table.ts'
import { writeReportFiles } from '../../src/action/report-files.ts'
import { renderSummary, summaryBytes } from '../../src/action/summary.ts'
import type { Told } from '../../src/action/told.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { renderText } from '../../src/report/text.ts'
import { attacks } from '../fixtures/attacks.ts'
import { createLayer, createMeasurement } from '../fixtures/measurement.ts'
import { createHostileReport, createReport, createVerdict } from '../fixtures/report.ts'
import { commandsIn, runnerCommands } from '../fixtures/runner-commands.ts'

const paths = { measurement: '/temp/measurement.json', report: '/temp/report.md' }
const files = { ...paths, sboms: ['/temp/sbom-linux-amd64.cdx.json', '/temp/sbom-linux-arm64.cdx.json'] }

function createTold(overrides: Partial<Told> = {}): Told {
  const verdict = createVerdict('download grows by > 5%')
  return {
    digest: 'sha256:00',
    images: ['oci:image'],
    reports: [{ ...createReport(), verdict }],
    verdict: verdict.overall,
    ...overrides,
  }
}

describe('outputs', () => {
  it('are the figures as whole numbers, and where things are', () => {
    expect(outputsOf(createTold(), files)).toEqual({
      verdict: 'fail',
      digest: 'sha256:00',
      image: 'oci:image',
      download: '120628002',
      disk: '333613865',
      filesystem: '333190103',
      environment: '212079314',
      'update-download': '',
      'download-delta': '34498228',
      'build-time': '5120',
      'cache-hit': '',
      ...paths,
      sbom: '/temp/sbom-linux-amd64.cdx.json',
    })
  })

  it('have every name of the table', () => {
    expect(Object.keys(outputsOf(createTold(), files)).sort()).toEqual(Object.keys(outputTable).sort())
  })

  it('are empty where nothing was compared, never zero', () => {
    const report = { ...createReport({ delta: undefined }), verdict: createVerdict('') }
    const outputs = outputsOf(createTold({ reports: [report] }), files)
    expect(outputs).toMatchObject({ 'update-download': '', 'download-delta': '' })
  })

  it.each([true, false])('say whether all was there: %s', (whole) => {
    expect(outputsOf(createTold({ restored: { whole } }), files)['cache-hit']).toBe(String(whole))
  })

  it('name the pushed image where there is one', () => {
    const images = ['oci:image', 'docker://registry.example/api:1', 'docker://registry.example/api:2']
    expect(outputsOf(createTold({ images }), files).image).toBe('docker://registry.example/api:1')
  })
})

describe('the summary', () => {
  it('has the report of each platform', () => {
    const reports = [createReport({ name: 'api (linux/amd64)' }), createReport({ name: 'api (linux/arm64)' })]
    const text = renderSummary(reports)
    for (const { name } of reports) expect(text).toContain(`### ❌ \`${name}\` is over budget`)
  })

  it('stays within its limit in bytes, whatever the names', () => {
    const layers = Array.from({ length: 20_000 }, (_, i) =>
      createLayer({ createdBy: '裹'.repeat(60) + String(i) }),
    )
    const report = createReport({ measurement: createMeasurement({ layers }), delta: undefined })
    expect(Buffer.byteLength(renderMarkdown(report, { maxCharacters: Infinity }))).toBeGreaterThan(
      summaryBytes,
    )
    for (const count of [1, 3]) {
      const text = renderSummary(Array.from({ length: count }, () => report))
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(summaryBytes)
      expect(text).toContain('more layers')
    }
  })
})

describe('report files', () => {
  let parent: string
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'reports-'))
  })
  afterAll(() => rm(parent, { recursive: true }))

  it('are the measurement as it is and the report, in a folder of their own', async () => {
    const report = createReport()
    const [first, second] = [
      await writeReportFiles([report], parent),
      await writeReportFiles([report], parent),
    ]
    expect(first.measurement).not.toBe(second.measurement)
    expect(JSON.parse(await readFile(first.measurement, 'utf8'))).toEqual(report.measurement)
    expect(await readFile(first.report, 'utf8')).toMatch(/^### ❌ `api` is over budget/)
  })

  it('hold several platforms in their order', async () => {
    const reports = [createReport(), createReport({ measurement: createMeasurement() })]
    const { measurement } = await writeReportFiles(reports, parent)
    expect(JSON.parse(await readFile(measurement, 'utf8'))).toEqual(
      reports.map((report) => report.measurement),
    )
  })
})

describe('the log', () => {
  it.each([
    ...attacks,
    ...runnerCommands.flatMap((name) => [`::${name}::x`, `##[${name}]x`, `x\n::${name}::y`]),
  ])('has no command in a report of %j', (text) => {
    const log = inert(renderText(createHostileReport(text), { columns: 100, colour: true }))
    expect(commandsIn(log)).toEqual([])
    expect(commandsIn(log, { culture: true })).toEqual([])
  })
})
