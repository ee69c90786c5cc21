import { type APIRequestContext } from '@playwright/test'
import { expect, settled, test } from './fixtures'

const DATASET = 'base.unit_area'

/** A second delivery of a small register, one line longer, as a whole. */
async function deliver(request: APIRequestContext): Promise<string> {
  const { batches } = (await (await request.get(`/api/v1/batches?dataset=${DATASET}&status=collected&limit=1000`)).json()) as {
    batches: { id: string }[]
  }
  const raw = await (await request.get(`/api/v1/batches/${batches.at(-1)?.id}/raw`)).body()
  const text = raw.toString('utf8').trimEnd()
  const lines = text.split('\n')
  // Without its last line, and with an empty one that differs each time, the content is new.
  const file = `${lines.slice(0, -1).join('\n')}\n${'\n'.repeat(1 + (Date.now() % 50))}`
  const answer = await request.post('/api/v1/batches', {
    multipart: { dataset: DATASET, mode: 'snapshot', file: { name: 'unit_area.csv', mimeType: 'text/csv', buffer: Buffer.from(file) } },
  })
  const { batch } = (await answer.json()) as { batch: string }
  await expect
    .poll(async () => ((await (await request.get(`/api/v1/batches/${batch}`)).json()) as { status: string }).status)
    .toBe('collected')
  return batch
}

test('a batch is undone with a reason', async ({ page, request }) => {
  const batch = await deliver(request)
  await page.goto(`/batches/${batch}`)
  await settled(page)
  await page.getByRole('button', { name: '撤销批次' }).click()
  const dialog = page.getByRole('dialog', { name: '撤销批次' })
  await dialog.getByRole('button', { name: '交错文件' }).click()
  await dialog.getByRole('button', { name: '撤销批次' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('已撤销')).toBeVisible()
  await expect(page.getByRole('button', { name: '撤销批次' })).toBeDisabled()
})

test('what may not be undone is told with its reason', async ({ page, request, watched }) => {
  watched.allow(/status of 409/)
  const batch = await deliver(request)
  await page.goto(`/batches/${batch}`)
  await settled(page)
  await page.getByRole('button', { name: '撤销批次' }).click()
  const dialog = page.getByRole('dialog', { name: '撤销批次' })
  await dialog.getByRole('textbox').fill('试试')
  // Somebody else has undone it since this page was opened.
  await request.post(`/api/v1/batches/${batch}/undo`, { data: { reason: 'test' } })
  await dialog.getByRole('button', { name: '撤销批次' }).click()
  await expect(dialog.getByRole('alert')).toContainText('批次不能撤销')
})

test('an older version comes back as a new one', async ({ page, request }) => {
  await deliver(request)
  await page.goto(`/datasets/${DATASET}?tab=versions`)
  await settled(page)
  const table = page.getByRole('table', { name: '版本' })
  const before = await table.getByRole('row').count()
  await table.getByRole('button', { name: '恢复到版本 0' }).click()
  const dialog = page.getByRole('dialog', { name: '恢复到版本 0' })
  await expect(dialog).toContainText('15 行')
  await dialog.getByRole('button', { name: '误交付，恢复原内容' }).click()
  await dialog.getByRole('button', { name: '恢复', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(table.getByRole('row')).toHaveCount(before + 1)
  await expect(table.getByRole('row').nth(1)).toContainText('恢复')
  await expect(table.getByRole('row').nth(1)).toContainText('当前版本')
})

test('a source is asked for what is new', async ({ page }) => {
  await page.goto(`/datasets/${DATASET}`)
  await settled(page)
  await page.getByRole('button', { name: /^立即收取/ }).click()
  await expect(page.getByRole('status').filter({ hasText: /没有新内容|^\d{8}-/ })).toBeVisible()
})
