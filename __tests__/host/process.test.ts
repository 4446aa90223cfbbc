import { describe, expect, it } from '@jest/globals'
import { access, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../../src/failure.ts'
import { hideCredentials, run, toolText } from '../../src/host/process.ts'

describe('run', () => {
  it('gives output and exit status', async () => {
    expect(await run('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      code: 3,
    })
  })

  it('hands arguments on as they are, without a shell', async () => {
    expect((await run('printf', ['%s|', '$HOME', 'a b', '*'])).stdout).toBe('$HOME|a b|*|')
  })

  it('writes input, and survives a child that does not read it', async () => {
    expect((await run('cat', [], { input: 'hello' })).stdout).toBe('hello')
    expect((await run('true', [], { input: 'x'.repeat(1 << 20) })).code).toBe(0)
  })

  it('says which program is missing', async () => {
    await expect(run('no-such-program-here', [])).rejects.toThrow(/no-such-program-here was not found/)
  })

  it('reports a child that a signal ended', async () => {
    expect((await run('sh', ['-c', 'kill -9 $$'])).code).toBe(137)
  })

  it('ends the whole process group on abort', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'process-'))
    const controller = new AbortController()
    const running = run('sh', ['-c', `sleep 60 & touch ${folder}/ready; wait`], { signal: controller.signal })
    await exists(join(folder, 'ready'))
    controller.abort(new Error('enough'))
    // The sleeping grandchild holds standard output: this settles in time only when it is ended too.
    await expect(running).rejects.toThrow('enough')
  })

  it('does not start at all when it is aborted already', async () => {
    await expect(run('true', [], { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })

  it('stops a child that is out of time or that says too much', async () => {
    await expect(run('sleep', ['60'], { timeoutMs: 50 })).rejects.toThrow(/sleep did not finish/)
    const flood = run('sh', ['-c', 'yes'], { maxOutput: 100_000 })
    await expect(flood).rejects.toBeInstanceOf(Failure)
    await expect(flood).rejects.toThrow(/more than 100000 bytes/)
  })

  it('keeps the end of a long standard error', async () => {
    const { stderr } = await run('sh', ['-c', 'yes x | head -c 2000000 >&2; echo last >&2'])
    expect(stderr.length).toBeLessThanOrEqual(256 * 1024)
    expect(stderr.endsWith('last\n')).toBe(true)
  })
})

describe('toolText', () => {
  it('drops escape sequences, control and bidi characters, and empty lines', () => {
    expect(toolText('\x1b[31merror\x1b[0m: bad\x07\r\n\n  \u202ecause\x9b\n\x1b]0;title\x07end')).toBe(
      'error: bad\n  cause\nend',
    )
  })

  it('keeps the last lines', () => {
    expect(toolText('1\n2\n3', 2)).toBe('2\n3')
  })

  it('hides credentials in addresses', () => {
    expect(
      hideCredentials('at https://me:se%40cret@example.invalid/simple and git+ssh://git@x.invalid/r'),
    ).toBe('at https://***@example.invalid/simple and git+ssh://***@x.invalid/r')
    expect(hideCredentials('https://example.invalid/@scope')).toBe('https://example.invalid/@scope')
    expect(hideCredentials('-fhttps://me:se@cret@example.invalid')).toBe('-fhttps://***@example.invalid')
  })

  it('is linear in a word without end', () => {
    expect(toolText('A'.repeat(256 * 1024))).toHaveLength(256 * 1024)
  })
})

async function exists(path: string): Promise<void> {
  while (
    !(await access(path).then(
      () => true,
      () => false,
    ))
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
