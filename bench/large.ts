import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tools } from './machine.ts'

/** A data application as they are met: over 500 MB installed. */
export const dataApplication: readonly string[] = `
boto3 fastapi httpx jinja2 matplotlib networkx numpy orjson pandas pillow plotly psycopg[binary] pyarrow pydantic
requests scikit-learn scipy sqlalchemy structlog uvicorn[standard]
`
  .trim()
  .split(/\s+/)

/** Writes a project with a large environment; versions are of the day, locked with their hashes by uv. */
export function writeLargeProject(
  folder: string,
  { uv }: Tools,
  requirements: readonly string[] = dataApplication,
): void {
  const wanted = `${requirements.join('\n')}\n`
  const input = join(folder, 'requirements.in')
  // Locked once for all runs on this machine, which are then of the same versions.
  if (existsSync(join(folder, 'requirements.txt')) && readFileSync(input, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(input, wanted)
  writeFileSync(join(folder, 'app.py'), 'print("hello")\n')
  execFileSync(
    uv,
    [
      ...[
        'pip',
        'compile',
        'requirements.in',
        '--python-version',
        '3.13',
        '--universal',
        '--generate-hashes',
      ],
      ...['--no-emit-index-url', '--quiet', '--output-file', 'requirements.txt'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}
