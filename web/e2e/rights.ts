import { createHmac } from 'node:crypto'
import { type APIRequestContext, type Browser, type Page, request } from '@playwright/test'
import { expect, settled } from './fixtures'
import type { City } from './own-city'

export const PASSWORD = 'Gaoyou-lake-2026'

/** Whoever is logged in by the API, for what a test needs beforehand. */
export async function loggedIn(city: City, account: string): Promise<APIRequestContext> {
  const context = await request.newContext({ baseURL: city.address })
  const answer = await context.post('/api/v1/session', { data: { account, password: PASSWORD } })
  expect(answer.status(), `login of ${account}`).toBe(200)
  return context
}

/** Takes the city over, as its first system administrator, who is then logged in by the API. */
export async function claimed(city: City): Promise<APIRequestContext> {
  const claim = { link: await city.link(), account: 'root', name: '系统管理员', password: PASSWORD }
  const answer = await fetch(`${city.address}/api/v1/claim`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(claim) })
  expect(answer.status).toBe(201)
  return loggedIn(city, 'root')
}

/** Makes an account and sets its password by the link, as its owner does. */
export async function made(admin: APIRequestContext, account: { id: string; name: string; roles?: string[]; department?: string }): Promise<void> {
  expect((await admin.post('/api/v1/accounts', { data: account })).status()).toBe(201)
  const { link } = (await (await admin.post(`/api/v1/accounts/${account.id}/invitation`)).json()) as { link: string }
  expect((await admin.post('/api/v1/invitations', { data: { link, password: PASSWORD } })).status()).toBe(200)
}

/** A page of its own for whoever logs in, at a place. */
export async function desk(browser: Browser, city: City, account: string, to: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: city.address })
  const page = await context.newPage()
  await page.goto(to)
  await settled(page)
  await logIn(page, account)
  await settled(page)
  return page
}

export async function logIn(page: Page, account: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('账号', { exact: true }).fill(account)
  await page.getByLabel('口令', { exact: true }).fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('button', { name: /^我的菜单/ })).toBeVisible()
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The six digits that an authenticator shows at a moment (RFC 6238), some steps off. */
export function codeAt(secret: string, at: number, steps = 0): string {
  const bits = [...secret.replaceAll(' ', '')].map((sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000) + steps))
  const hash = createHmac('sha1', key).update(counter).digest()
  const place = (hash.at(-1) ?? 0) & 0x0f
  return String((hash.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
