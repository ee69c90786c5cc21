import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { BrowserContext, Page } from '@playwright/test'
import { expect } from './fixtures'
import type { City } from './own-city'

const PROGRAM = new URL('../../crates/yandu/tests/cli/openid/provider.mjs', import.meta.url).pathname

/** Whether `scripts/openid.sh` has installed it. */
export const isInstalled = Boolean(process.env.YANDU_TEST_OPENID)

/** What the provider says of somebody, by their subject. */
type People = Record<string, { preferred_username?: string; name: string }>

/** A provider of identities that nobody here wrote (npm `oidc-provider`); whoever logs in there is the subject that they type. */
export class Provider {
  readonly secret = 'client-secret-of-the-city-0123456789'
  #program: ChildProcess | undefined
  #control = ''
  issuer = ''

  async start(): Promise<void> {
    const env = { ...process.env, YANDU_TEST_SECRET: this.secret }
    const program = spawn(process.execPath, [PROGRAM], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#program = program
    const line = await new Promise<string>((told, failed) => {
      createInterface({ input: program.stdout }).once('line', told)
      program.once('exit', () => failed(new Error('the provider of identities has ended; `scripts/openid.sh` installs it')))
    })
    const { issuer, control } = JSON.parse(line) as { issuer: string; control: string }
    this.issuer = issuer
    this.#control = control
  }

  /** What a city that believes it is started with. */
  settings(city: City): string[] {
    const secret = city.put('client-secret', `${this.secret}\n`)
    return [`openid.issuer=${this.issuer}`, 'openid.client_id=yandu', `openid.client_secret_file=${secret}`, 'openid.account_claim=preferred_username']
  }

  /** Registers the city there, with the people that it knows. */
  async register(city: City, people: People): Promise<void> {
    await this.#tell({ redirect: [`${city.address}/api/v1/session/openid/callback`], back: [`${city.address}/login`], people })
  }

  /** It goes away, or comes back. */
  async be(state: 'down' | 'up'): Promise<void> {
    await this.#tell({ [state]: true })
  }

  async #tell(what: object): Promise<void> {
    expect((await fetch(this.#control, { method: 'POST', body: JSON.stringify(what) })).ok).toBe(true)
  }

  stop(): void {
    this.#program?.kill()
  }

  /** Its pages want a font from the internet, which nobody waits for. */
  async prepare(context: BrowserContext): Promise<void> {
    await context.route(/fonts\.googleapis\.com/, (route) => route.abort())
  }

  /** Logs in there, lets the city know who it is, and comes back. */
  async logIn(page: Page, city: City, subject: string): Promise<void> {
    await page.waitForURL(`${this.issuer}/**`)
    await page.getByPlaceholder('Enter any login').fill(subject)
    await page.getByPlaceholder('and password').fill('any')
    await page.getByRole('button', { name: 'Sign-in' }).click()
    const agree = page.getByRole('button', { name: 'Continue' })
    const isBack = () => page.url().startsWith(city.address)
    await expect.poll(async () => isBack() || (await agree.isVisible())).toBe(true)
    if (!isBack()) await agree.click()
    await page.waitForURL(`${city.address}/**`)
  }
}
