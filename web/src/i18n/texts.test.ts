import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from './en.json'
import zh from './zh-CN.json'

const root = new URL('..', import.meta.url).pathname
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\./.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
const code = files.filter(({ file }) => !/schema\.ts|(pinyin|simplified)-table\.ts|i18n\/problems\.ts/.test(file))

test('both languages have the same keys', () => {
  const plain = (keys: object) => [...new Set(Object.keys(keys).map((key) => key.replace(/_one$/, '')))].sort()
  expect(plain(en)).toEqual(plain(zh))
})

test('both languages have the same places to fill in', () => {
  const places = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name).sort()
  for (const [key, text] of Object.entries(zh)) expect(places((en as Record<string, string>)[key] ?? ''), key).toEqual(places(text))
})

test('no text is empty, and no English text has Chinese in it', () => {
  for (const [key, text] of Object.entries({ ...zh })) expect(text, key).not.toBe('')
  const bilingual = new Set(['app.language', 'app.other-language'])
  for (const [key, text] of Object.entries(en)) {
    expect(text, key).not.toBe('')
    if (!bilingual.has(key)) expect(text, key).not.toMatch(/\p{Script=Han}/u)
  }
})

test('the code has no Chinese text of its own', () => {
  // Punctuation between translated parts is not text.
  for (const { file, text } of code) expect(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''), file).not.toMatch(/\p{Script=Han}/u)
})

test('every key is used', () => {
  const all = code.map(({ text }) => text).join('\n')
  const starts = [...all.matchAll(/(?:t\(\s*|\[)`([a-z-]+[.][a-z]*-?)\$\{/g)].map(([, list]) => list ?? '')
  const lists = [...all.matchAll(/word\('([a-z-]+)'/g)].map(([, list]) => `${list}.`)
  const built = [...starts, ...lists, 'batch.status.', 'fresh.', 'kind.', 'told.', 'period.', 'type.', 'age.']
  const unused = Object.keys(zh).filter(
    (key) => !all.includes(`'${key}'`) && !built.some((start) => key.startsWith(start)),
  )
  expect(unused).toEqual([])
})

test('parts of the kit are imported one by one, so that no page pays for all of them', () => {
  for (const { file, text } of files) expect(text, file).not.toMatch(/from '(antd|@ant-design\/icons)'/)
})

test('nothing is written as HTML, and no style is an attribute of the shell', () => {
  for (const { file, text } of files) expect(text, file).not.toMatch(/dangerouslySetInnerHTML|innerHTML/)
  expect(readFileSync(join(root, '../index.html'), 'utf8')).not.toMatch(/style=|onload=|<script>/)
})

test('no address of another host is in the code', () => {
  // Names of XML vocabularies look like addresses, and are asked for by nobody.
  const names = /http:\/\/(www\.w3\.org|schemas\.openxmlformats\.org)\//g
  for (const { file, text } of code) expect(text.replace(names, ''), file).not.toMatch(/https?:\/\//)
})

/** Pages whose texts come with them, what in the code says one of these, and where the texts are brought from elsewhere. */
const PARTS = [
  { of: /^pages\/plans?\//, says: /['`]plans\.|'plan-field'/, texts: 'texts:plans', from: ['pages/plan/PlanPage', 'pages/plan/Standing', 'pages/plan/Waits', 'pages/plans/Plans'] },
  { of: /^pages\/grants\//, says: /['`]grants\./, texts: 'texts:grants', from: ['pages/grants/Grants'] },
  { of: /^pages\/events\//, says: /['`](events|event-kind|event-detail)\.|'event-(kind|detail)'/, texts: 'texts:events', from: ['pages/events/Events'] },
  { of: /^pages\/negative\//, says: /['`](negative|negative-scope)\./, texts: 'texts:negative', from: ['pages/negative/NegativeList'] },
  { of: /^pages\/packs\//, says: /['`](pack-change|pack-step|effect)\.|word\('(pack-change|pack-step|effect)'/, texts: 'texts:packs', from: ['pages/packs/Packs'] },
]

test.each(PARTS)('what comes with $texts is said by its pages alone, and whatever of these is taken in elsewhere brings it', ({ of, says, texts, from }) => {
  const taken = (file: string, text: string) => [...text.matchAll(/(?:from |import\(|import )'(\.{1,2}\/[^']+)'/g)].map(([, path]) => join(file, '..', path ?? ''))
  const byPath = new Map(code.map((one) => [one.file.replace(/\.tsx?$/, ''), one]))
  const reached = (path: string, seen = new Set<string>()): string[] => {
    const one = byPath.get(path)
    if (!one || !of.test(one.file) || seen.has(path)) return []
    seen.add(path)
    return [path, ...taken(one.file, one.text).flatMap((next) => reached(next, seen))]
  }
  const outside = code.filter(({ file }) => !of.test(file))
  const speaking = [...new Set(outside.flatMap(({ file, text }) => taken(file, text)))].filter((path) => reached(path).some((one) => says.test(byPath.get(one)?.text ?? '')))
  expect(outside.filter(({ text }) => says.test(text)).map(({ file }) => file)).toEqual([])
  expect(speaking.sort()).toEqual(from)
  for (const path of speaking) expect(reached(path).some((one) => byPath.get(one)?.text.includes(`import '${texts}'`)), path).toBe(true)
})
