import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const program = process.env.YANDU ?? 'http://127.0.0.1:8640'

/** The program refuses pages of other sites, so the dev server speaks to it as itself. */
const proxy = {
  target: program,
  changeOrigin: true,
  headers: { origin: program, 'sec-fetch-site': 'same-origin' },
}

/** The wall has a shell of its own, as the program has for it. */
const wall: Plugin = {
  name: 'wall',
  configureServer: (server) => {
    server.middlewares.use((request, _, next) => {
      if (/^\/wall(\/|\?|$)/.test(request.url ?? '')) request.url = '/wall.html'
      next()
    })
  },
}

const CHINESE = fileURLToPath(new URL('src/i18n/zh-CN.json', import.meta.url))
/** What some pages alone say, and bring with them: `texts:plans`, `texts:grants`. */
const PARTS = {
  plans: /^(plans|plan-field)\./,
  grants: /^grants\./,
  events: /^(events|event-kind|event-detail)\./,
  negative: /^(negative|negative-scope)\./,
  packs: /^(pack-change|pack-step|effect)\./,
}

const partOf = (key: string) => Object.entries(PARTS).find(([, of]) => of.test(key))?.[0] ?? 'shell'

/** Chinese in parts: `texts:shell` is what comes with the shell; to take in another part adds it to what can be said. */
const texts: Plugin = {
  name: 'texts',
  resolveId: (id) => (id.startsWith('texts:') ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith('\0texts:')) return undefined
    this.addWatchFile(CHINESE)
    const all = Object.entries(JSON.parse(readFileSync(CHINESE, 'utf8')) as Record<string, string>)
    // A unit that is its own name is shown without one, as is the size of one.
    const own = all.filter(([key, text]) => `\0texts:${partOf(key)}` === id && key !== `unit.${text}` && key !== `unit-size.${text}`)
    const said = JSON.stringify(Object.fromEntries(own))
    if (id === '\0texts:shell') return `export default ${said}`
    return `import i18next from 'i18next'\ni18next.addResourceBundle('zh-CN', 'page', ${said}, true, true)`
  },
}

export default defineConfig({
  plugins: [react(), wall, texts],
  // The server puts a fresh nonce here for every request.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'chrome102',
    manifest: true,
    rollupOptions: { input: ['index.html', 'wall.html'] },
    // A data: address of a script or style would need a wider policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': proxy, '/errors': proxy, '^/metrics$': proxy } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
})
