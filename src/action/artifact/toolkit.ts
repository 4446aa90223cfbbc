import { DefaultArtifactClient } from '@actions/artifact'
import type { UploadAnswer, UploadRequest } from './exchange.ts'

/** Uploads with the toolkit's client, in the process that it has to itself. */
export async function uploadWithToolkit({ name, files, root }: UploadRequest): Promise<UploadAnswer> {
  try {
    const { id } = await new DefaultArtifactClient().uploadArtifact(name, [...files], root)
    return id === undefined
      ? { kind: 'failed', reason: 'the service gave no number for it' }
      : { kind: 'uploaded', id }
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message }
  }
}
