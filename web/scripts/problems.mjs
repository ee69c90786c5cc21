// Writes src/i18n/problems.json from the pages about errors in docs/errors: what each kind of problem is called, what
// it means and what to do, in both languages.
import { readdir, readFile, writeFile } from 'node:fs/promises'

const folder = new URL('../../docs/errors/', import.meta.url)

export function parse(text) {
  const [zh, en] = text.split(/\n---\n/)
  const status = Number(/HTTP (\d+)/.exec(text)?.[1])
  return { status, zh: half(zh, '怎么办'), en: half(en, 'What to do') }
}

function half(text, label) {
  const title = /^#+ (.+?)(?:（`.*)?$/m.exec(text)?.[1] ?? ''
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '' && !paragraph.startsWith('#') && !paragraph.startsWith('HTTP '))
  const help = paragraphs.find((paragraph) => paragraph.startsWith(`**${label}**`))
  return {
    title,
    text: paragraphs.filter((paragraph) => paragraph !== help).join('\n'),
    help: help?.replace(`**${label}**`, '').trim() ?? '',
  }
}

export async function problems() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort()
  const entries = await Promise.all(
    names.map(async (name) => [name.slice(0, -3), parse(await readFile(new URL(name, folder), 'utf8'))]),
  )
  return JSON.stringify(Object.fromEntries(entries), null, 1) + '\n'
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('../src/i18n/problems.json', import.meta.url), await problems())
}
