import { stringify } from 'yaml'

import { Failure } from '../../failure.ts'

export interface ComposeService {
  /** Name of the service, and of its volume with `-environment` behind it. */
  readonly service: string
  /** Reference of the image. */
  readonly image: string
  /** Where the volume is mounted in the container. */
  readonly mount: string
}

/**
 * Text of a compose file with one service and the named volume of its environment. Services of other images may
 * mount the same volume: each lock has a folder of its own in it.
 */
export function renderComposeService({ service, image, mount }: ComposeService): string {
  if (!/^[A-Za-z0-9._-]+$/.test(service)) {
    throw new Failure('usage', `${JSON.stringify(service)} cannot be the name of a compose service`, {
      hint: 'letters, digits and . _ - are allowed; give the image another --name',
    })
  }
  const volume = `${service.replace(/^[^A-Za-z0-9]+/, '') || 'app'}-environment`
  return stringify(
    {
      services: { [service]: { image, volumes: [{ type: 'volume', source: volume, target: mount }] } },
      volumes: { [volume]: null },
    },
    { nullStr: '', lineWidth: 0 },
  )
}
