export type OutputName =
  | 'verdict'
  | 'digest'
  | 'image'
  | 'download'
  | 'disk'
  | 'filesystem'
  | 'environment'
  | 'update-download'
  | 'download-delta'
  | 'build-time'
  | 'cache-hit'
  | 'measurement'
  | 'report'
  | 'sbom'

/** Every output with its description in markdown, in the order people read them. */
export const outputTable: Readonly<Record<OutputName, string>> = {
  verdict: 'What the budgets say: `pass`, `warn`, `fail`, or `skipped` when there is none.',
  digest: 'Digest of the image, or of the index of several platforms.',
  image: 'Where the image is, as `oci:image` or `docker://registry.example/team/api:1.4`.',
  download: 'Bytes that a host pulls: the compressed layers.',
  disk: 'Bytes of the files of all layers.',
  filesystem: 'Bytes of the files that a container sees.',
  environment: 'Bytes of the installed dependencies.',
  'update-download': 'Bytes that a host with the image compared with pulls. Empty when nothing was compared.',
  'download-delta':
    'Growth of the download in bytes; negative when it shrank. Empty when nothing was compared.',
  'build-time': 'Milliseconds that the build took.',
  'cache-hit':
    'Whether all that this lock needs was left by an earlier run: `true` or `false`. Empty with `cache: false`.',
  measurement: 'Path of the measurement as JSON; an array with several platforms.',
  report: 'Path of the report as markdown.',
  sbom: 'Path of the bill of materials as CycloneDX JSON; with several platforms that of the first, and the others are beside it.',
}
