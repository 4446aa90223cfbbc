import { toJsonSchema } from '@valibot/to-json-schema'
import { measurementSchema } from '../src/image/measurement.ts'

/** The JSON Schema of a measurement, from the definition that also reads it. */
export function measurementJsonSchema(): string {
  const { type, ...rest } = toJsonSchema(measurementSchema, { target: 'draft-2020-12' })
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Measurement of a container image, version 1',
    description: 'Grows by adding: a reader passes over what it does not know.',
  }
  return JSON.stringify({ ...head, type, ...rest }, null, 2)
}
