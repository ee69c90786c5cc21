import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { problems } from '../../scripts/problems.mjs'
import { schema } from '../../scripts/schema.mjs'
import { wallTexts } from '../../scripts/wall.mjs'

const text = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

test('the types are those of the committed OpenAPI document; `npm run generate` writes them', async () => {
  expect(await schema()).toBe(await text('./schema.ts'))
})

test('the words about problems are those of docs/errors; `npm run generate` writes them', async () => {
  expect(await problems()).toBe(await text('../i18n/problems.json'))
})

test('the texts of the wall are those that it can say; `npm run generate` writes them', async () => {
  expect(await wallTexts()).toBe(await text('../wall/texts.json'))
})

test('every problem has a title and a text in both languages', async () => {
  const all = JSON.parse(await text('../i18n/problems.json')) as Record<string, Record<'zh' | 'en', { title: string; text: string }>>
  expect(Object.keys(all).length).toBeGreaterThan(50)
  for (const [code, { zh, en }] of Object.entries(all)) {
    expect(zh.title, code).toMatch(/\p{Script=Han}|SQL/u)
    expect(zh.text, code).not.toBe('')
    expect(en.title, code).toMatch(/^[A-Za-z]/)
    expect(en.text, code).not.toBe('')
  }
})
