import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tools } from './machine.ts'

/** A data application as they are met: over 500 MB installed. */
const requirements = `
boto3 duckdb fastapi httpx jupyterlab matplotlib networkx numpy orjson pandas plotly polars psycopg[binary] pyarrow
pydantic requests scikit-learn scipy seaborn sqlalchemy statsmodels sympy uvicorn
`

/** Writes a project with a large environment; versions are of the day, locked with their hashes by uv. */
export function writeLargeProject(folder: string, { uv }: Tools): void {
  if (existsSync(join(folder, 'requirements.txt'))) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'requirements.in'), `${requirements.trim().split(/\s+/).join('\n')}\n`)
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
