import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, test as watched } from './fixtures'

/** The program that a test starts for itself: `scripts/pages.sh` names the one that it built. */
const PROGRAM = process.env.YANDU_PROGRAM ?? new URL('../../target/debug/yandu', import.meta.url).pathname

/** A city of its own, in a folder that goes with it. */
export class City {
  readonly #folder = mkdtempSync(join(tmpdir(), 'yandu-city-'))
  #program: ChildProcess | undefined
  #told = ''
  address = ''

  /** The secret of the link that makes the first system administrator, as the program has printed it. */
  async link(): Promise<string> {
    const printed = () => /\/claim#(yi_[\w-]+)/.exec(this.#told)?.[1]
    await expect.poll(printed).toBeDefined()
    return printed() ?? ''
  }

  /** A file in the folder of the city, before it starts or while it works; where it is. */
  put(path: string, text: string): string {
    const file = join(this.#folder, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  /**
   * Starts the program with some packs, by their paths from `e2e/packs`, a clock that stands (one that runs where no time is
   * named), and settings as `key=value`. What was put into `packs-given` stays, so that a pack can be another one when the program
   * starts again.
   */
  async start(packs: string | string[], now?: string, settings: string[] = []): Promise<void> {
    const given = join(this.#folder, 'packs-given')
    for (const pack of [packs].flat()) {
      cpSync(new URL(`packs/${pack}`, import.meta.url).pathname, join(given, basename(pack)), { recursive: true, force: false })
    }
    const clock = now === undefined ? [] : ['--now', now]
    const set = settings.flatMap((setting) => ['--set', setting])
    const program = spawn(PROGRAM, ['serve', '--data', join(this.#folder, 'data'), '--packs', given, '--listen', '127.0.0.1:0', ...clock, ...set], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#program = program
    this.#told = ''
    for (const stream of [program.stdout, program.stderr]) stream.on('data', (text: Buffer) => (this.#told += text.toString()))
    this.address = await new Promise<string>((listening, failed) => {
      program.stdout.on('data', (text: Buffer) => {
        const [address] = /http:\/\/[0-9.:]+/.exec(text.toString()) ?? []
        if (address) listening(address)
      })
      program.once('error', failed)
      program.once('exit', () => failed(new Error(`${PROGRAM} ended: ${this.#told.slice(-2000)}`)))
    })
  }

  async stop(): Promise<void> {
    const program = this.#program
    this.#program = undefined
    if (!program || program.exitCode !== null) return
    const gone = new Promise((done) => program.once('exit', done))
    program.kill('SIGTERM')
    await gone
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Tests whose pages come from a city of their own, made ready by `prepare`. */
export function inCity(prepare: (city: City) => Promise<void>) {
  return watched.extend<object, { city: City }>({
    city: [
      // Playwright reads from the empty pattern that nothing else is wanted.
      async ({}, use) => {
        const city = new City()
        try {
          await prepare(city)
          await use(city)
        } finally {
          await city.remove()
        }
      },
      { scope: 'worker' },
    ],
    baseURL: async ({ city }, use) => use(city.address),
  })
}

/** Until the program answers as wanted. */
export async function until(address: string, path: string, is: (answer: never) => boolean): Promise<void> {
  await expect.poll(async () => is((await (await fetch(`${address}/api/v1${path}`)).json()) as never), { timeout: 30_000 }).toBe(true)
}
