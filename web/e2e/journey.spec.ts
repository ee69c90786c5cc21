import { type APIRequestContext, type Page } from '@playwright/test'
import { residentBatch } from './city'
import { expect, expectAccessible, reach, settled, test, writeOver } from './fixtures'

/** Forty lines of the register as it came, in its own encoding, three of them spoilt, and one never seen before. */
async function messyFile(request: APIRequestContext): Promise<Buffer> {
  const raw = await (await request.get(`/api/v1/batches/${await residentBatch(request)}/raw`)).body()
  const lines = raw.toString('latin1').split('\r\n').slice(0, 40)
  const cells = (at: number) => lines[at]?.split(',') ?? []
  const spoil = (at: number, column: number, text: string) => {
    const row = cells(at)
    row[column] = text
    lines[at] = row.join(',')
  }
  spoil(5, 2, '9')
  spoil(9, 9, '123')
  spoil(12, 0, stranger(cells(12)[0] ?? ''))
  spoil(12, 13, 'abc')
  // A content that was delivered before would change nothing.
  spoil(20, 13, String(1000 + (Date.now() % 8000)))
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')
}

/** The number of somebody of the same day and sex who is not in the register yet, with its check digit. */
function stranger(number: string): string {
  const digits = `${number.slice(0, 14)}${String(10 + (Math.floor(Date.now() / 1000) % 90))}${number.slice(16, 17)}`
  const sum = [...digits].reduce((all, digit, at) => all + Number(digit) * (2 ** (17 - at) % 11), 0)
  return digits + '10X98765432'.charAt(sum % 11)
}

async function press(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
  await reach(page, page.getByRole(role, { name }).first())
  await page.keyboard.press('Enter')
}

test('a steward without a mouse delivers, reads, corrects, releases, finds and asks', async ({ page, request }) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto('/')
  await settled(page)

  // Deliver.
  await press(page, '交付数据', 'link')
  await expect(page.getByRole('heading', { level: 1, name: '交付数据' })).toBeFocused()
  const choosing = page.waitForEvent('filechooser')
  await press(page, '选择文件')
  await (await choosing).setFiles({ name: '常住人口登记_补交.csv', mimeType: 'text/csv', buffer: await messyFile(request) })
  await expect(page.getByText('按文件名选了“常住人口登记”')).toBeVisible()
  const snapshot = page.getByRole('radio', { name: /全量替换/ })
  await expect(snapshot).toBeChecked()
  await reach(page, snapshot)
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('radio', { name: /按主键更新/ })).toBeChecked()
  await press(page, '开始交付')

  // Read what came of it.
  await expect(page.getByRole('region', { name: /常住人口登记_补交/ })).toContainText('已入库，有隔离')
  await expect(page.getByText('GB18030')).toBeVisible()
  await expect(page.getByRole('table', { name: '发现的问题' })).toContainText('长度错误')
  await expectAccessible(page, 'result of a delivery')

  // Correct a row and release it.
  await press(page, '处理隔离数据', 'link')
  await expect(page.getByRole('tab', { name: '隔离数据 3' })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: 'abc' })
  await reach(page, row.getByRole('button', { name: /更正第/ }))
  await page.keyboard.press('Enter')
  const income = page.getByRole('textbox', { name: /月收入/ })
  await reach(page, income)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('4321.50')
  await reach(page, page.getByRole('textbox', { name: /原因/ }))
  await page.keyboard.type('部门电话核实')
  await press(page, '保存并放行')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(row).toHaveCount(0)

  // Give the others up.
  await press(page, '舍弃全部待处理')
  await reach(page, page.getByRole('button', { name: '部门确认作废' }))
  await page.keyboard.press('Enter')
  await reach(page, page.getByRole('dialog').getByRole('button', { name: '舍弃', exact: true }))
  await page.keyboard.press('Enter')
  await expect(page.getByText('隔离数据已全部处理完')).toBeVisible()

  // Find the dataset in the catalogue by its initials.
  await page.goto('/')
  await press(page, '数据目录', 'link')
  await reach(page, page.getByRole('searchbox'))
  await page.keyboard.type('czrk')
  await expect(page).toHaveURL(/q=czrk/)
  await expect(page.getByText(/^1 \/ \d+ 个数据集$/)).toBeVisible()
  await press(page, '常住人口登记', 'link')
  await expect(page.getByRole('heading', { level: 1, name: '常住人口登记' })).toBeFocused()

  // Ask for the row.
  await press(page, '在查询台打开', 'link')
  const editor = page.getByRole('textbox', { name: 'SQL 编辑器' })
  await reach(page, editor)
  await writeOver(page, 'SELECT count(*) AS people FROM population.resident WHERE income = 4321.50')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('table', { name: '结果' })).toContainText(/people.*integer\s*[1-9]/s)
})
