import type { Browser, Page } from '@playwright/test'
import { expect, expectGood, settled, test as watched } from './fixtures'
import { type City, inCity } from './own-city'
import { expectGoodWithoutScripts, phone } from './phone'
import { Provider, isInstalled } from './provider'
import { PASSWORD, claimed, codeAt, logIn, loggedIn, made } from './rights'

const NOW = '2026-01-05T09:00+08:00'
const NAME = '统一身份认证'
const BUTTON = `用${NAME}登录`

const provider = new Provider()

/** A city whose people have accounts at a provider of identities. */
const test = inCity(async (city) => {
  await provider.start()
  await city.start('open', NOW, provider.settings(city))
  const root = await claimed(city)
  await made(root, { id: 'wang', name: '王芳' })
  await made(root, { id: 'li', name: '李强' })
  await made(root, { id: 'sun', name: '孙敏' })
  await made(root, { id: 'zhao', name: '赵云' })
  await made(root, { id: 'chen', name: '陈市民', roles: ['citizen'] })
  await provider.register(city, {
    's-wang': { preferred_username: 'wang', name: '王芳' },
    's-li': { name: '李强' },
    's-thief': { name: '不相干的人' },
    's-sun': { preferred_username: 'sun', name: '孙敏' },
    's-chen': { preferred_username: 'chen', name: '陈市民' },
    's-nobody': { preferred_username: 'nobody', name: '无名' },
  })
})

watched.describe.configure({ mode: 'serial' })
watched.skip(!isInstalled, 'there is no provider of identities: `scripts/openid.sh` installs it')
test.afterAll(() => provider.stop())

/** A browser of its own, at a page of the city. */
async function at(browser: Browser, city: City, to: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: city.address, viewport: { width: 1280, height: 900 } })
  await provider.prepare(context)
  const page = await context.newPage()
  await page.goto(to)
  await settled(page)
  return page
}

async function signIn(page: Page, city: City, subject: string): Promise<void> {
  await page.getByRole('button', { name: BUTTON }).click()
  await provider.logIn(page, city, subject)
}

/** The page of one's own identities, for whoever is logged in with a password. */
async function identities(browser: Browser, city: City, account: string): Promise<Page> {
  const page = await at(browser, city, '/account?tab=identities')
  await logIn(page, account)
  await settled(page)
  return page
}

const menu = (page: Page) => page.getByRole('button', { name: /^我的菜单/ })

test('somebody signs in at the provider, is where they wanted to be, and signs out there too', async ({ browser, city }) => {
  const page = await at(browser, city, '/account?tab=sessions')
  await expect(page.getByText('或者用口令登录')).toBeVisible()
  await expectGood(page, 'login with a provider')
  await signIn(page, city, 's-wang')
  await expect(page).toHaveURL(/\/account\?tab=sessions$/)
  await expect(page.getByRole('button', { name: '我的菜单：王芳' })).toBeVisible()
  await menu(page).click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page).toHaveURL(/\/login\?left=openid$/)
  await expect(page.getByRole('status').filter({ hasText: `您在${NAME}的登录还在` })).toBeVisible()
  await expectGood(page, 'login after a session of the provider')
  // Whoever sits down next would be signed in by a press of the button.
  await page.getByRole('link', { name: `退出${NAME}` }).click()
  await page.getByRole('button', { name: 'Yes, sign me out' }).click()
  await expect(page).toHaveURL(`${city.address}/login`)
  await page.getByRole('button', { name: BUTTON }).click()
  await expect(page.getByPlaceholder('Enter any login')).toBeVisible()
})

test('an account is linked once its owner has seen to whom, and has shown that they are there', async ({ browser, city }) => {
  const page = await identities(browser, city, 'li')
  await expect(page.getByText('还没有关联')).toBeVisible()
  await page.getByRole('button', { name: `关联我在${NAME}的身份` }).click()
  await provider.logIn(page, city, 's-li')
  await expect(page.getByRole('heading', { name: `关联前请核对：${NAME}确认的是这个人吗？` })).toBeVisible()
  const form = page.getByRole('form', { name: /^关联前请核对/ })
  for (const text of ['李强（li）', 's-li']) await expect(form.getByText(text, { exact: true })).toBeVisible()
  await expect(form.getByRole('button', { name: '确认关联' })).toBeDisabled()
  await expectGood(page, 'whom to link')
  await form.getByLabel('口令', { exact: true }).fill('wrong-Password-1')
  await form.getByRole('button', { name: '确认关联' }).click()
  await expect(form.getByRole('alert')).toHaveText('口令不对，没有关联。')
  await form.getByLabel('口令', { exact: true }).fill(PASSWORD)
  await form.getByRole('button', { name: '确认关联' }).click()
  await expect(form).toBeHidden()
  await expect(page.getByRole('cell', { name: 's-li', exact: true })).toBeVisible()
  await expect(page).toHaveURL(/\/account\?tab=identities$/)
  await expectGood(page, 'who is linked')
  const other = await at(browser, city, '/login')
  await signIn(other, city, 's-li')
  await expect(other.getByRole('button', { name: '我的菜单：李强' })).toBeVisible()
})

test('a linking that somebody has left in a browser links nobody who comes after', async ({ browser, city }) => {
  const page = await identities(browser, city, 'sun')
  await page.getByRole('button', { name: `关联我在${NAME}的身份` }).click()
  await page.waitForURL(`${provider.issuer}/**`)
  const left = page.url()
  // The session of who left it goes on elsewhere, and somebody else logs in here.
  await page.context().clearCookies({ name: 'yandu_session' })
  await page.goto('/account?tab=identities')
  await settled(page)
  await logIn(page, 'zhao')
  await page.goto(left)
  await provider.logIn(page, city, 's-thief')
  await settled(page)
  await expect(page.getByRole('alert')).toContainText('这次登录已失效')
  await expect(page.getByRole('form', { name: /^关联前请核对/ })).toHaveCount(0)
  await expect(page.getByText('不相干的人')).toHaveCount(0)
  await expectGood(page, 'a linking of somebody else')
})

test('whoever is not whom the provider has confirmed links nobody', async ({ browser, city }) => {
  const page = await identities(browser, city, 'sun')
  await page.getByRole('button', { name: `关联我在${NAME}的身份` }).click()
  await provider.logIn(page, city, 's-thief')
  await expect(page.getByText('不相干的人')).toBeVisible()
  await page.getByRole('button', { name: '不关联' }).click()
  await expect(page.getByRole('button', { name: `关联我在${NAME}的身份` })).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.reload()
  await settled(page)
  await expect(page.getByText('不相干的人')).toHaveCount(0)
  await expect(page.getByText('还没有关联')).toBeVisible()
})

test('whoever was confirmed in another window since is not linked', async ({ browser, city }) => {
  const page = await identities(browser, city, 'sun')
  const link = { name: `关联我在${NAME}的身份` }
  await page.getByRole('button', link).click()
  await provider.logIn(page, city, 's-sun')
  const form = page.getByRole('form', { name: /^关联前请核对/ })
  await expect(form.getByText('s-sun', { exact: true })).toBeVisible()
  // Somebody signs in there in another window of the same session, and the page here knows nothing of it.
  await page.route('**/api/v1/account/identities', (route) => route.abort())
  await page.context().clearCookies({ name: /^_/ })
  const begun = await page.request.post('/api/v1/account/identities')
  const other = await page.context().newPage()
  await other.goto(((await begun.json()) as { address: string }).address)
  await provider.logIn(other, city, 's-thief')
  await expect(other.getByText('不相干的人')).toBeVisible()
  await page.bringToFront()
  await form.getByLabel('口令', { exact: true }).fill(PASSWORD)
  await form.getByRole('button', { name: '确认关联' }).click()
  await expect(form.getByRole('alert')).toContainText('没有关联')
  await expectGood(page, 'somebody else was confirmed since')
  await page.unroute('**/api/v1/account/identities')
  await page.reload()
  await settled(page)
  await expect(form.getByText('不相干的人')).toBeVisible()
  await form.getByRole('button', { name: '不关联' }).click()
  await expect(page.getByText('还没有关联')).toBeVisible()
})

test('whoever is unknown here, or changes their mind there, is told so', async ({ browser, city }) => {
  const unknown = await at(browser, city, '/login')
  await signIn(unknown, city, 's-nobody')
  await expect(unknown.getByRole('alert')).toContainText('没有与您关联的账号')
  await expectGood(unknown, 'somebody unknown')
  const other = await at(browser, city, '/login')
  await other.getByRole('button', { name: BUTTON }).click()
  await other.getByRole('link', { name: '[ Cancel ]' }).click()
  await expect(other).toHaveURL(/\/login\?refused=openid-refused/)
  await expect(other.getByRole('alert')).toContainText(`${NAME}没有同意登录，或者您在那里取消了。`)
  await expect(menu(other)).toHaveCount(0)
})

test('a code of the second factor is asked for after the provider', async ({ browser, city }) => {
  const sun = await loggedIn(city, 'sun')
  const { secret } = (await (await sun.post('/api/v1/account/second-factor')).json()) as { secret: string }
  const now = Date.parse(NOW)
  expect((await sun.put('/api/v1/account/second-factor', { data: { code: codeAt(secret, now) } })).status()).toBe(204)
  const page = await at(browser, city, '/login?to=/account')
  await signIn(page, city, 's-sun')
  await expect(page.getByText('您的账号开启了动态验证码')).toBeVisible()
  await expect(menu(page)).toHaveCount(0)
  await expectGood(page, 'a code after the provider')
  await page.getByLabel('动态验证码').fill('000000')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('alert')).toContainText('验证码不对')
  await page.getByLabel('动态验证码').fill(codeAt(secret, now, 1))
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('button', { name: '我的菜单：孙敏' })).toBeVisible()
  await expect(page).toHaveURL(/\/account$/)
})

test('a citizen signs in at the provider without scripts, and out again', async ({ browser, city }) => {
  const page = await phone(browser, city)
  await provider.prepare(page.context())
  await page.goto('/mine')
  await expectGoodWithoutScripts(browser, page, 'login-with-provider')
  await signIn(page, city, 's-chen')
  await expect(page.getByText('陈市民（chen）')).toBeVisible()
  await expect(page).toHaveURL(`${city.address}/mine`)
  await page.getByRole('button', { name: '退出登录' }).click()
  await expect(page.getByRole('status')).toContainText(`您在${NAME}的登录还在`)
  await expectGoodWithoutScripts(browser, page, 'left-the-provider')
  const other = await phone(browser, city)
  await provider.prepare(other.context())
  await other.goto('/mine')
  await signIn(other, city, 's-nobody')
  await expect(other.getByRole('alert')).toContainText('没有与您关联的账号')
  await expect(other.getByLabel('口令')).toBeVisible()
})

test('a provider that is away is told with and without scripts, and passwords still work', async ({ browser, city }) => {
  await provider.be('down')
  try {
    const page = await at(browser, city, '/login')
    // What was read of the provider before is good for a moment.
    await expect(async () => {
      await page.goto('/login')
      await page.getByRole('button', { name: BUTTON }).click()
      await expect(page.getByRole('alert')).toContainText(`${NAME}没有应答`, { timeout: 3_000 })
    }).toPass({ timeout: 30_000 })
    await expectGood(page, 'a provider that is away')
    await logIn(page, 'wang')
    const citizen = await phone(browser, city)
    await citizen.goto('/mine')
    await citizen.getByRole('button', { name: BUTTON }).click()
    await expect(citizen.getByRole('alert')).toContainText(`${NAME}没有应答`)
    await expect(citizen.getByLabel('口令')).toBeVisible()
  } finally {
    await provider.be('up')
  }
})
