import { describe, expect, test } from 'vitest'
import { parts, workbook } from './xlsx'
import { zip } from './zip'

const sheet = { name: 'a/b', columns: ['名称', 'n'], rows: [['<b>&"', 1], ['=1+1', 2 ** 60], [null, true], ['\u0001x', { a: 1 }]], stamp: ['who'] } as const
const body = parts({ ...sheet, columns: [...sheet.columns], rows: sheet.rows.map((row) => [...row]), stamp: [...sheet.stamp] })
const inner = new Map(body)

describe('a workbook', () => {
  test('holds text as text: nothing is calculated, nothing is markup', () => {
    const cells = inner.get('xl/worksheets/sheet1.xml') ?? ''
    expect(cells).toContain('<t xml:space="preserve">=1+1</t>')
    expect(cells).not.toContain('<f>')
    expect(cells).toContain('&lt;b&gt;&amp;&quot;')
    expect(cells).not.toContain('\u0001')
  })
  test('keeps the digits of numbers that a spreadsheet would round', () => {
    const cells = inner.get('xl/worksheets/sheet1.xml') ?? ''
    expect(cells).toContain('<c><v>1</v></c>')
    expect(cells).toContain(`preserve">${String(2 ** 60)}</t>`)
  })
  test('has a name that a sheet may have', () => expect(inner.get('xl/workbook.xml')).toContain('name="a b"'))
  test('is a ZIP file', async () => {
    const bytes = new Uint8Array(await workbook({ name: 'x', columns: ['a'], rows: [], stamp: [] }).arrayBuffer())
    expect([...bytes.subarray(0, 4)]).toEqual([0x50, 0x4b, 3, 4])
  })
})

test('a ZIP file tells the sum, the size and the place of each part', () => {
  const bytes = zip([['a.txt', 'abc'], ['b.txt', '']])
  const view = new DataView(bytes.buffer)
  expect(view.getUint32(14, true)).toBe(0x352441c2)
  expect(view.getUint32(18, true)).toBe(3)
  const end = bytes.length - 22
  expect(view.getUint32(end, true)).toBe(0x06054b50)
  expect(view.getUint16(end + 10, true)).toBe(2)
  expect(view.getUint32(view.getUint32(end + 16, true), true)).toBe(0x02014b50)
})
