import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const program = process.env.YANDU ?? 'http://127.0.0.1:8640'

/** The program refuses pages of other sites, so the dev server speaks to it as itself. */
const proxy = {
  target: program,
  changeOrigin: true,
  headers: { origin: program, 'sec-fetch-site': 'same-origin' },
}

export default defineConfig({
  plugins: [react()],
  // The server puts a fresh nonce here for every request.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'chrome102',
    manifest: true,
    // A data: address of a script or style would need a wider policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': proxy, '/errors': proxy, '^/metrics$': proxy } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
})
