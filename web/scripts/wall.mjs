// Writes src/wall/texts.json: of the Chinese texts those that the wall can say. It follows what its entry imports, so that a
// wall does not carry the words of every page at a desk.
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'

const source = new URL('../src/', import.meta.url)
const ENDINGS = ['.ts', '.tsx', '/index.ts']

/** The code that comes with a file, itself included. What is fetched later (`import()`) brings its own words. */
function codeOf(file, found = new Map()) {
  if (found.has(file.href)) return found
  const text = readFileSync(file, 'utf8')
  found.set(file.href, text)
  for (const [, path] of text.matchAll(/(?:from|import) '(\.[^']+)'/g)) {
    const end = ENDINGS.find((one) => existsSync(new URL(path + one, file)))
    if (end !== undefined) codeOf(new URL(path + end, file), found)
  }
  return found
}

export async function wallTexts() {
  const all = JSON.parse(readFileSync(new URL('i18n/zh-CN.json', source), 'utf8'))
  const code = [...codeOf(new URL('wall/main.tsx', source)).values()].join('\n')
  const starts = [...code.matchAll(/`([a-z-]+\.[a-z-]*)\$\{/g)].map(([, start]) => start)
  const lists = [...code.matchAll(/word\('([a-z-]+)'/g)].map(([, list]) => `${list}.`)
  const named = Object.entries(all).filter(([key, text]) => key !== `unit.${text}`)
  const said = named.filter(([key]) => code.includes(`'${key}'`) || [...starts, ...lists].some((start) => key.startsWith(start)))
  return JSON.stringify(Object.fromEntries(said), null, 1) + '\n'
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('wall/texts.json', source), await wallTexts())
}
