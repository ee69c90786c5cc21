import type { APIRequestContext, Page } from '@playwright/test'
import { RESIDENTS, residentBatch } from './city'
import { expect, expectAccessible, reach, settled, test } from './fixtures'

interface Columns {
  columns: { name: string; title: string; from: string[]; required: boolean }[]
}

/** The file as a street office makes it: a title and a note above the header, a header of its own, a line of sums below. */
interface Messy {
  /** With three rows spoilt. */
  first: Buffer
  /** With what was wrong put right. */
  second: Buffer
}

const OWN_HEADER = '本人身份证件的号'

async function messyFiles(request: APIRequestContext): Promise<Messy> {
  const raw = await (await request.get(`/api/v1/batches/${await residentBatch(request)}/raw`)).body()
  const { columns } = (await (await request.get(`/api/v1/datasets/${RESIDENTS}`)).json()) as Columns
  // The register comes in GB 18030; as Latin-1 its bytes stay as they are.
  const [header = '', ...rows] = raw.toString('latin1').split('\r\n').slice(0, 40)
  const names = new TextDecoder('gb18030').decode(Buffer.from(header, 'latin1')).split(',')
  const at = (column: string) => names.findIndex((name) => columns.find((one) => one.name === column)?.from.includes(name))
  const encode = (text: string) => Buffer.from(encoded(text)).toString('latin1')
  const own = header.split(',').map((cell, place) => (place === at('resident_id') ? encode(OWN_HEADER) : cell)).join(',')
  const good = rows.map((row) => row.split(','))
  // What was delivered before would change nothing.
  const money = good[20]
  if (money) money[at('income')] = String(1000 + (Date.now() % 8000))
  const spoilt = good.map((row) => [...row])
  spoil(spoilt, 4, at('sex'), '9')
  spoil(spoilt, 8, at('mobile'), '123')
  spoil(spoilt, 11, at('income'), 'abc')
  const file = (lines: string[][]) => Buffer.from([encode('某街道常住人口补报表'), encode('制表：街道办'), own, ...lines.map((line) => line.join(','))].join('\r\n') + '\r\n', 'latin1')
  return { first: file(spoilt), second: file(good) }
}

function spoil(rows: string[][], row: number, column: number, text: string): void {
  const cells = rows[row]
  if (cells && column >= 0) cells[column] = text
}

/** GB 2312, which is all that these headings need: looked up in what the browser's decoder knows. */
function encoded(text: string): number[] {
  const decoder = new TextDecoder('gb18030')
  return [...text].flatMap((sign) => {
    if (sign.charCodeAt(0) < 128) return [sign.charCodeAt(0)]
    for (let high = 0xa1; high <= 0xf7; high += 1) {
      for (let low = 0xa1; low <= 0xfe; low += 1) if (decoder.decode(Uint8Array.of(high, low)) === sign) return [high, low]
    }
    throw new Error(`${sign} is not in GB 2312`)
  })
}

/** A list of tabs is one stop of the Tab key; the arrows move in it. */
async function openTab(page: Page, name: string): Promise<void> {
  await reach(page, page.getByRole('tab', { selected: true }))
  await expect(page.getByRole('tab', { name })).toBeVisible()
  const selected = page.getByRole('tab', { selected: true })
  for (let before = await selected.textContent(); before !== name; before = await selected.textContent()) {
    await page.keyboard.press('ArrowRight')
    await expect(selected).not.toHaveText(before ?? '')
  }
}

async function press(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
  await reach(page, page.getByRole(role, { name }).first())
  await page.keyboard.press('Enter')
}

async function choose(page: Page, name: string, content: Buffer): Promise<void> {
  const choosing = page.waitForEvent('filechooser')
  await press(page, /选择文件|换一个文件/)
  await (await choosing).setFiles({ name, mimeType: 'text/csv', buffer: content })
}

/** Maps the header that no register has to the number of the person, and delivers by key. */
async function mapAndDeliver(page: Page): Promise<void> {
  const panel = page.getByRole('region', { name: /预览/ })
  await expect(panel).toContainText('GB18030')
  // The source of this register says that its header is the first line; this file has two lines above it.
  await expect(panel.getByRole('alert')).toContainText('缺少必需的列')
  await reach(page, page.getByRole('textbox', { name: '表头位置' }))
  await page.keyboard.type('3')
  await expect(panel).toContainText('第 3 行')
  const header = panel.getByRole('combobox', { name: `“${OWN_HEADER}”对应的字段` })
  await reach(page, page.getByRole('radio', { name: /全量替换/ }))
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /按主键更新/ })).toBeChecked()
  await reach(page, header)
  await page.keyboard.type('resident_id')
  await page.keyboard.press('Enter')
  await expect(panel).toContainText('人工指定')
  await press(page, '开始交付')
}

test('a steward without a mouse delivers a messy file, reads, corrects, delivers again, publishes, finds it and follows its lineage', async ({ page, request }) => {
  test.setTimeout(180_000)
  await page.setViewportSize({ width: 1280, height: 900 })
  const files = await messyFiles(request)
  await redraft(request)
  await page.goto('/')
  await settled(page)

  // Deliver what came.
  await press(page, '交付数据', 'link')
  await expect(page.getByRole('heading', { level: 1, name: '交付数据' })).toBeFocused()
  await choose(page, '常住人口登记_街道补报.csv', files.first)
  await expect(page.getByText('按文件名选了“常住人口登记”')).toBeVisible()
  await mapAndDeliver(page)

  // Read what came of it.
  await expect(page.getByRole('region', { name: /常住人口登记_街道补报/ })).toContainText('已入库，有隔离')
  await expect(page.getByRole('table', { name: '发现的问题' })).toContainText('长度错误')
  await expectAccessible(page, 'result of a delivery')

  // Correct one row here and let it in.
  await press(page, '处理隔离数据', 'link')
  await expect(page.getByRole('tab', { name: '隔离数据 3' })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: 'abc' })
  await reach(page, row.getByRole('button', { name: /更正第/ }))
  await page.keyboard.press('Enter')
  await reach(page, page.getByRole('textbox', { name: /月收入/ }))
  await page.keyboard.press('Control+a')
  await page.keyboard.type('4321.50')
  await reach(page, page.getByRole('textbox', { name: /原因/ }))
  await page.keyboard.type('部门电话核实')
  await press(page, '保存并放行')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(row).toHaveCount(0)

  // The office sends the rest again, put right.
  await press(page, '交付数据', 'link')
  await settled(page)
  await choose(page, '常住人口登记_街道补报_更正.csv', files.second)
  await mapAndDeliver(page)
  const result = page.getByRole('region', { name: /街道补报_更正/ })
  await expect(result).toContainText('已入库')
  await expect(result).not.toContainText('有隔离')

  // Fill in what the entry lacks, have it reviewed, publish it.
  await press(page, /^打开常住人口登记/, 'link')
  await expect(page.getByRole('heading', { level: 1, name: '常住人口登记' })).toBeFocused()
  await fillIn(page)
  await move(page, '送审', '编目完成，送审')
  await expect(page.locator('.page-about').getByText('已审核')).toBeVisible()
  await move(page, '发布', '审核通过')
  await expect(page.locator('.page-about').getByText('已发布')).toBeVisible()
  await openTab(page, '办理记录')
  await expect(page.getByRole('table', { name: '办理记录' })).toContainText('审核通过')

  // Find it in the catalogue by its initials.
  await press(page, '数据目录', 'link')
  await settled(page)
  await reach(page, page.getByRole('searchbox', { name: /首字母/ }))
  await page.keyboard.type('czrkdj')
  await expect(page).toHaveURL(/q=czrkdj/)
  await expect(page.getByRole('table', { name: '数据目录' }).getByRole('row').nth(1)).toContainText('常住人口登记')
  await press(page, '常住人口登记', 'link')
  await expect(page.getByRole('heading', { level: 1, name: '常住人口登记' })).toBeFocused()

  // Follow its lineage to what is made of it.
  await openTab(page, '血缘')
  await settled(page)
  const next = page.locator('.lineage-node a').filter({ hasNotText: /^常住人口登记$/ }).first()
  await reach(page, next)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/lineage\?of=/)
  await expect(page.getByRole('heading', { level: 1, name: /的血缘$/ })).toBeVisible()
  await expectAccessible(page, 'lineage')
})

/** The entry as nobody has looked at it yet, whatever was done to it before. */
async function redraft(request: APIRequestContext): Promise<void> {
  const address = `/api/v1/ledger/entries/${RESIDENTS}`
  for (const to of ['withdrawn', 'drafted']) {
    const { status } = (await (await request.get(address)).json()) as { status: string }
    if (status === 'drafted') return
    await request.post(`${address}/transitions`, { data: { to, reason: 'test' } })
  }
}

/** The fields of the form, by their labels; a field that is filled in already is left alone. */
async function fillIn(page: Page): Promise<void> {
  await press(page, '补充编目')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: '保存' })).toBeVisible()
  const values = { 资源代码: '301001/000001', 责任单位代码: '11320900014364518T', 联系电话: '0515-86660001', 主题分类: '社会保障' }
  for (const [label, value] of Object.entries(values)) {
    const field = dialog.getByRole('textbox', { name: label, exact: true })
    await reach(page, field)
    await page.keyboard.press('Control+a')
    await page.keyboard.type(value)
  }
  await reach(page, dialog.getByRole('combobox', { name: '共享方式' }))
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await press(page, '保存')
  await expect(dialog).toBeHidden()
}

async function move(page: Page, step: string, reason: string): Promise<void> {
  await press(page, step)
  const dialog = page.getByRole('dialog')
  await reach(page, dialog.getByRole('button', { name: reason }))
  await page.keyboard.press('Enter')
  await reach(page, dialog.getByRole('button', { name: step, exact: true }))
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
}
