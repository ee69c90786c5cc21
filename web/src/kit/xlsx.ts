import type { Cell } from '../api/types'
import { zip } from './zip'

export interface Sheet {
  name: string
  columns: string[]
  rows: Cell[][]
  /** Who took it and when, and what it is: the last lines of the sheet. */
  stamp: string[]
}

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
/** A spreadsheet reads sixteen digits of a number; longer ones and those with a leading zero stay text. */
const EXACT = 2 ** 53

/** A workbook with one sheet. Every text is text: nothing that begins with `=` is calculated. */
export function workbook(sheet: Sheet): Blob {
  return new Blob([zip(parts(sheet))], { type: TYPE })
}

export function parts(sheet: Sheet): [string, string][] {
  return [
    ['[Content_Types].xml', `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`],
    ['_rels/.rels', `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${HEAD}<workbook ${MAIN} xmlns:r="${RELATIONS}"><sheets><sheet name="${escaped(sheetName(sheet.name))}" sheetId="1" r:id="r1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`],
    ['xl/styles.xml', `${HEAD}<styleSheet ${MAIN}><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`],
    ['xl/worksheets/sheet1.xml', `${HEAD}<worksheet ${MAIN}><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${sheet.columns.map((_, at) => `<col min="${at + 1}" max="${at + 1}" width="18" customWidth="1"/>`).join('')}</cols><sheetData>${rows(sheet)}</sheetData></worksheet>`],
  ]
}

function rows({ columns, rows: body, stamp }: Sheet): string {
  const head = `<row>${columns.map((name) => text(name, 1)).join('')}</row>`
  const lines = body.map((cells) => `<row>${cells.map(cell).join('')}</row>`)
  const foot = ['', ...stamp].map((line) => `<row>${text(line, 0)}</row>`)
  return [head, ...lines, ...foot].join('')
}

function cell(value: Cell): string {
  if (value === null) return '<c/>'
  if (typeof value === 'number' && Math.abs(value) < EXACT) return `<c><v>${value}</v></c>`
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`
  return text(typeof value === 'object' ? JSON.stringify(value) : String(value), 0)
}

function text(value: string, style: number): string {
  return `<c t="inlineStr" s="${style}"><is><t xml:space="preserve">${escaped(value.slice(0, 32_767))}</t></is></c>`
}

/** The format has no way to hold most control signs. */
function escaped(value: string): string {
  return value
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function sheetName(name: string): string {
  return name.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31) || 'Sheet1'
}
