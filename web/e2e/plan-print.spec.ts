import { planInForce } from './city'
import { expect, settled } from './fixtures'
import { inCity } from './own-city'

/** A city with the rules of supervision, two months into the year of its plan. */
const test = inCity((city) => city.start('../../../packs/plan', '2026-03-05T09:00+08:00'))

const NAME = '青岚县2026年数字工作要点'
const FIELDS = '农业 渔业 盐业 制造 商贸 物流 文旅 教育 医疗 养老 社保 就业 住房 交通 水利 环保 气象 应急 消防 税务 审计 统计 档案 信用'.split(' ')
const NUMERALS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']

/** 1 to 99 as a plan numbers its points. */
const numeral = (number: number) => `${number >= 20 ? NUMERALS[Math.floor(number / 10)] : ''}${number >= 10 ? '十' : ''}${NUMERALS[number % 10]}`

const point = (field: string, at: number) =>
  `（${numeral(at + 1)}）推进${field}数字化。年内新增5G基站${120 + at}座，千兆用户占比达到60%以上。6月底前归集${field}数据${5000 + at}万条，并与公共数据平台联通，按月核对，逐项销号。（牵头单位：县工信局；配合单位：县数据局、县住建局、县公安局、县卫健委、各镇人民政府）`

/** As many points as a real plan has. */
const TEXT = `${NAME}\n\n一、推进各领域数字化\n\n${FIELDS.map(point).join('\n\n')}\n`

/** What is left of A3 across inside margins of 14 mm, in pixels of CSS. */
const SHEET = { width: Math.floor(((420 - 28) / 25.4) * 96), height: Math.floor(((297 - 28) / 25.4) * 96) }

/** Seven points. */
const SMALLEST = 9.3

test('a plan of two dozen points goes on sheets of A3 whole: nothing is cut, hidden or too small to read', async ({ page, city }) => {
  void city
  const id = await planInForce(page.request, 2026, TEXT)
  const plan = (await (await page.request.get(`/api/v1/plans/${id}`)).json()) as { status: string; points: { title: string; number: number }[]; targets: { literal: string }[] }
  expect(plan.status).toBe('approved')
  expect(plan.points).toHaveLength(FIELDS.length)
  await page.setViewportSize(SHEET)
  await page.goto(`/plans/${id}`)
  await settled(page)
  const text = page.getByRole('article', { name: '正文' })
  await expect(text.getByText('数据来源').first()).toBeVisible()
  await page.emulateMedia({ media: 'print' })

  // What is only for the screen is gone; every point is there with its lamp, its units and its targets.
  for (const gone of [page.getByRole('searchbox'), page.getByRole('tablist'), page.getByRole('button', { name: '打印（A3）' }), page.getByRole('button', { name: /^提交佐证/ }).first()]) {
    await expect(gone).toBeHidden()
  }
  for (const { title, number } of plan.points) {
    const part = page.locator(`#point-${number}`)
    await expect(part.getByRole('heading', { level: 3 })).toContainText(title)
    await expect(part.getByRole('heading', { level: 3 })).toBeVisible()
    await expect(part.locator('.plan-units')).toContainText('县工信局')
    await expect(part.locator('.plan-row-head .lamp').first()).toBeVisible()
  }
  expect(plan.targets.length).toBeGreaterThanOrEqual(3 * FIELDS.length)
  for (const { literal } of plan.targets) await expect(text.locator('.plan-literal').filter({ hasText: literal }).first()).toBeVisible()

  const laid = await page.evaluate(
    ({ width, height, smallest }) => {
      const all = [...document.querySelectorAll('.plan-document *')].filter((one) => one.getClientRects().length > 0 && !one.closest('.visually-hidden, [aria-hidden=true]'))
      const told = (one: Element) => `${one.tagName}.${one.getAttribute('class') ?? ''}: ${(one.textContent ?? '').slice(0, 40)}`
      const holdsText = (one: Element) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      const pieces = [...document.querySelectorAll('.plan-row, .plan-target')]
      const heads = [...document.querySelectorAll('.plan-row-head')]
      return {
        wide: all.filter((one) => one.getBoundingClientRect().right > width + 1 || one.getBoundingClientRect().left < -1).map(told),
        small: all.filter((one) => holdsText(one) && parseFloat(getComputedStyle(one).fontSize) < smallest).map(told),
        // A piece stays on one sheet where it fits on one.
        split: pieces.filter((one) => getComputedStyle(one).breakInside !== 'avoid' || one.getBoundingClientRect().height > height).map(told),
        // A heading is not left alone at the foot of a sheet.
        alone: heads.filter((one) => getComputedStyle(one).breakAfter !== 'avoid').map(told),
        pieces: pieces.length,
        height: document.querySelector('.plan-document')?.getBoundingClientRect().height ?? 0,
      }
    },
    { ...SHEET, smallest: SMALLEST },
  )
  expect(laid.pieces).toBeGreaterThan(FIELDS.length * 4)
  expect({ wide: laid.wide, small: laid.small, split: laid.split, alone: laid.alone }).toEqual({ wide: [], small: [], split: [], alone: [] })

  // The edge of every sheet says what it is of, who printed it and when, and which of how many it is.
  const edges = await page.evaluate(() => document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join())
  for (const words of [NAME, '本机管理员', '2026-03-05', 'counter(page)', 'counter(pages)']) expect(edges).toContain(words)

  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
  const sizes = [...pdf.matchAll(/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)].map(([, width, height]) => [Number(width), Number(height)] as const)
  const sheets = [...pdf.matchAll(/\/Type\s*\/Page(?![a-z])/gi)].length
  expect(sizes).toHaveLength(sheets)
  for (const [width, height] of sizes) {
    expect(Math.abs(width - (420 / 25.4) * 72)).toBeLessThan(1.5)
    expect(Math.abs(height - (297 / 25.4) * 72)).toBeLessThan(1.5)
  }
  // The pieces that stay whole leave some room at the foot of a sheet, and no more than that.
  const full = laid.height / SHEET.height
  expect(full).toBeGreaterThan(1.5)
  expect(sheets).toBeGreaterThanOrEqual(Math.ceil(full))
  expect(sheets).toBeLessThanOrEqual(Math.ceil(full * 1.5) + 1)
})
