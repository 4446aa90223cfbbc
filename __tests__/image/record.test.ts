import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseRecord, type RecordRow, renderRecord } from '../../src/image/record.ts'

describe('parseRecord', () => {
  it('reads path, hash and size', () => {
    expect(parseRecord('a.py,sha256=x,12\n../../../bin/a,sha256=y,3\na-1.dist-info/RECORD,,\n')).toEqual([
      { path: 'a.py', hash: 'sha256=x', size: 12 },
      { path: '../../../bin/a', hash: 'sha256=y', size: 3 },
      { path: 'a-1.dist-info/RECORD', hash: '', size: undefined },
    ])
  })

  it.each<[string, RecordRow[]]>([
    ['', []],
    ['\n\r\n', []],
    ['a', [{ path: 'a', hash: '', size: undefined }]],
    ['"a,b",h,1', [{ path: 'a,b', hash: 'h', size: 1 }]],
    [
      '"a""b",,\r\nc,,2\r\n',
      [
        { path: 'a"b', hash: '', size: undefined },
        { path: 'c', hash: '', size: 2 },
      ],
    ],
    ['"a\nb",,', [{ path: 'a\nb', hash: '', size: undefined }]],
    ['a"b,h,"7"', [{ path: 'a"b', hash: 'h', size: 7 }]],
    ['"open,,', [{ path: 'open,,', hash: '', size: undefined }]],
    [
      'a,h,-1\nb,h,1e3\nc,h,9999999999999999',
      [
        { path: 'a', hash: 'h', size: undefined },
        { path: 'b', hash: 'h', size: undefined },
        { path: 'c', hash: 'h', size: undefined },
      ],
    ],
  ])('reads %j', (text, rows) => {
    expect(parseRecord(text)).toEqual(rows)
  })

  it('is linear in a text of quotes', () => {
    expect(parseRecord('"'.repeat(4_000_001)).length).toBeLessThan(2)
    expect(parseRecord('"a,'.repeat(1_000_000)).length).toBeGreaterThan(0)
  })
})

describe('renderRecord', () => {
  const row = fc.record({
    path: fc.string({
      unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' ', '/'),
      minLength: 1,
      maxLength: 8,
    }),
    hash: fc.constantFrom('', 'sha256=47DEQpj8HBSa-_TImW'),
    size: fc.option(fc.nat(), { nil: undefined }),
  })

  it('is what parseRecord reads', () => {
    fc.assert(fc.property(fc.array(row), (rows) => expect(parseRecord(renderRecord(rows))).toEqual(rows)))
  })

  it('is what Python reads', () => {
    const script =
      'import csv, io, json, sys; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))'
    fc.assert(
      fc.property(fc.array(row, { minLength: 50, maxLength: 50 }), (rows) => {
        const { stdout } = spawnSync('python3', ['-c', script], { input: renderRecord(rows) })
        expect(JSON.parse(stdout.toString())).toEqual(
          rows.map(({ path, hash, size }) => [path, hash, size === undefined ? '' : String(size)]),
        )
      }),
      { numRuns: 3 },
    )
  })
})
