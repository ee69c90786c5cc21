import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

interface Chunk {
  file: string
  isEntry?: boolean
  isDynamicEntry?: boolean
  imports?: string[]
  css?: string[]
}

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8')) as Record<string, Chunk>
const KB = 1000
const sizes = new Map<string, number>()

function gzipped(file: string): number {
  const known = sizes.get(file) ?? gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length
  sizes.set(file, known)
  return known
}

/** All files that come with a chunk. */
function files(key: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[key]
  if (!chunk || found.has(chunk.file)) return found
  found.add(chunk.file)
  chunk.css?.forEach((file) => found.add(file))
  chunk.imports?.forEach((other) => files(other, found))
  return found
}

const total = (list: Iterable<string>) => [...list].reduce((sum, file) => sum + gzipped(file), 0)
const shell = files('index.html')
const wall = files('wall.html')

test('the shell is at most 300 kB', () => {
  console.log(`shell ${Math.round(total(shell) / KB)} kB`)
  expect(total(shell)).toBeLessThanOrEqual(300 * KB)
})

test('a wall is at most 180 kB, and has no part of the kit', () => {
  console.log(`wall ${Math.round(total(wall) / KB)} kB`)
  expect(wall.size).toBeGreaterThan(1)
  expect(total(wall)).toBeLessThanOrEqual(180 * KB)
  for (const file of wall) expect(readFileSync(new URL(file, dist), 'utf8'), file).not.toMatch(/ant-btn|cssinjs/)
})

for (const key of Object.keys(manifest).filter((one) => manifest[one]?.isDynamicEntry)) {
  test(`${key} is at most 260 kB`, () => {
    const own = [...files(key)].filter((file) => !shell.has(file))
    console.log(`${key} ${Math.round(total(own) / KB)} kB`)
    expect(total(own)).toBeLessThanOrEqual(260 * KB)
  })
}
