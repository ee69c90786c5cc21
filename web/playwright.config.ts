import { defineConfig } from '@playwright/test'

/**
 * The pages against the real program with a simulated city. Without `YANDU_WEB` the build is served by e2e/serve.mjs in
 * front of the program at `YANDU`.
 */
const address = process.env.YANDU_WEB ?? 'http://127.0.0.1:8720'

export default defineConfig({
  testDir: 'e2e',
  workers: 2,
  // Pages that are only looked at go side by side; what changes the city goes by one worker, file after file.
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  // A browser on a busy machine can be late once; what passes only then is listed as flaky.
  retries: 1,
  reporter: [['list']],
  snapshotPathTemplate: '{testDir}/snapshots/{arg}{ext}',
  ...(process.env.YANDU_WEB
    ? {}
    : { webServer: { command: 'node e2e/serve.mjs', url: address, reuseExistingServer: false } }),
  use: {
    baseURL: address,
    locale: 'zh-CN',
    // The browser's clock zone is not the city's, so that a time written in the wrong zone shows.
    timezoneId: 'America/New_York',
    reducedMotion: 'reduce',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'pages', testMatch: '*.spec.ts' },
    { name: 'shots', testMatch: 'shots.ts' },
    { name: 'pictures', testMatch: 'pictures.ts' },
  ],
})
