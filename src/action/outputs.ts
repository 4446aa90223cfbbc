import { totalStep } from '../compare/timings.ts'
import type { ReportFiles } from './report-files.ts'
import type { OutputName } from './outputs-table.ts'
import type { Told } from './told.ts'

/** The action's outputs as text; sizes and times are of the first platform. */
export function outputsOf(
  { digest, images, reports, verdict, restored }: Told,
  files: ReportFiles,
): Readonly<Record<OutputName, string>> {
  const [first] = reports
  const sizes = first?.measurement.sizes
  const download = first?.delta?.figures.download
  const total = first?.measurement.timings.find(({ step }) => step === totalStep)
  const text = (value: number | undefined): string => (value === undefined ? '' : String(value))
  return {
    verdict,
    digest,
    // What was pushed is what another machine can use.
    image: images.find((image) => image.startsWith('docker://')) ?? images[0] ?? '',
    download: text(sizes?.download),
    disk: text(sizes?.disk),
    filesystem: text(sizes?.filesystem),
    environment: text(sizes?.environment),
    'update-download': text(sizes?.updateDownload),
    'download-delta': text(download?.kind === 'compared' ? download.delta : undefined),
    'build-time': text(total?.ms),
    'cache-hit': restored === undefined ? '' : String(restored.whole),
    measurement: files.measurement,
    report: files.report,
    sbom: files.sboms[0] ?? '',
  }
}
