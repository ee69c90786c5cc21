import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from '../i18n/en.json'
import zh from '../i18n/zh-CN.json'
import { SENTENCES, told } from './told'

const crates = new URL('../../../crates', import.meta.url).pathname
/** The texts in a file of the program, a text that goes over two lines in one. */
function texts(file: string): string[] {
  const code = readFileSync(join(crates, file), 'utf8').replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/\\\n\s*/g, '')
  return [...code.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text)
}

test('a sentence keeps what it names, and what is said inside it', () => {
  expect(told('`population.resident`: 12 rows came, 3 went, followed by `household_id`')).toEqual([
    { key: 'told.changed-rows-by', parts: { input: 'population.resident', added: '12', removed: '3', column: 'household_id' } },
  ])
  expect(told('`a.b` changed and is grouped with `median(x)`, which cannot be continued')).toEqual([
    { key: 'told.input-changed-and', parts: { input: 'a.b', why: { key: 'told.aggregate', parts: { expression: 'median(x)' } } } },
  ])
  expect(told('`a.b`: 1 rows came, 0 went; `a.c`: 2 rows came, 1 went; a sum is too large')?.map(({ key }) => key)).toEqual([
    'told.changed-rows', 'told.changed-rows', 'told.sum-large',
  ])
  expect(
    told(
      'rows that came at a value of `day` which had been read, and that an append passes over: 1; ' +
        'declare `mode: upsert`, or a watermark that grows with every row; ' +
        'rows without a value in `day`, which only the first reading takes: 2; ' +
        'read by a `query` that gives every row one, such as `coalesce(day, …)`',
    ),
  ).toEqual([
    { key: 'told.passed-at', parts: { column: 'day', passed: '1' } },
    { key: 'told.passed-at-mend', parts: {} },
    { key: 'told.passed-without', parts: { column: 'day', without: '2' } },
    { key: 'told.passed-without-mend', parts: { column: 'day' } },
  ])
})

test('a failure whose words are kept back is told of its batch', () => {
  expect(told('batch `20260901-083000-000123`: the delivery failed; why is told to whoever sees all of its dataset')).toEqual([
    { key: 'told.batch-why', parts: { batch: '20260901-083000-000123', why: { key: 'told.delivery-untold', parts: {} } } },
  ])
})

test('a text of which one sentence is not known is shown as it came', () => {
  expect(told('the moon is full')).toBeUndefined()
  expect(told('it has never been refreshed; the moon is full')).toBeUndefined()
})

test('every sentence is one that the program says', () => {
  const said = ['yandu-lake/src', 'yandu-transform/src', 'yandu-decode/src', 'yandu-collect/src', 'yandu-access/src', 'yandu-words/src', 'yandu-plan/src', 'yandu-metrics/src', 'yandu-http/src']
    .flatMap((folder) => readdirSync(join(crates, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.rs') && !file.includes('test'))
    .flatMap(texts)
  for (const [code, sentence] of Object.entries(SENTENCES)) {
    // One that is put together of two is looked for by its halves, and each by its words between what is filled in.
    for (const words of sentence.split(/\{\{\w+\}\}|, and (?=the last|none has)|, (?=followed by)|: (?=the delivery)|(?<=forbids) (?=the dataset)|(?<=forbids the dataset) (?=to)/)) {
      const text = words.replaceAll('`', '').trim()
      expect(text.length < 3 || said.some((one) => one.replaceAll('`', '').includes(text)), `${code}: ${text}`).toBe(true)
    }
  }
})

/** Files that write little but reasons; what else is in them has no space in it, or begins with a sign. */
const REASONS = [
  'yandu-lake/src/derive/follow.rs', 'yandu-lake/src/derive/groups.rs', 'yandu-lake/src/changes.rs',
  'yandu-transform/src/refresh/decide.rs', 'yandu-transform/src/state/merge.rs', 'yandu-decode/src/encoding.rs',
]
/** Faults of the program itself, which nobody is told as a reason. */
const FAULTS = /^(a query that groups twice was finished|`\{expr\}` cannot be continued|`\{expr\}` has no argument)/

test.each(REASONS)('every reason of %s is a known one', (file) => {
  const reasons = texts(file).filter((text) => /^[a-z`{].* .*[a-z]{3}/.test(text) && !FAULTS.test(text) && !text.startsWith('{:'))
  expect(reasons.length).toBeGreaterThan(0)
  for (const reason of reasons) {
    const example = reason
      .replaceAll('{how}', '')
      .replaceAll(/\{(?:why|reason)\}|^\{\}(?=; )/g, 'is joined with itself')
      .replaceAll(/\{[^{}]*\}/g, '7')
    expect(told(example), reason).toBeDefined()
  }
})

test('the English text of each is the sentence itself', () => {
  for (const [code, sentence] of Object.entries(SENTENCES)) expect(en[`told.${code}` as keyof typeof en], code).toBe(sentence.replaceAll('`', ''))
})

test.each(['batch', 'dataset', 'model', 'metric', 'board', 'page', 'plan', 'pack', 'source', 'grant', 'receipt'])('what is missing is called by its Chinese name: %s', (what) => {
  const [one] = told(`there is no ${what} \`x\``) ?? []
  expect(one?.parts.what).toBe(what)
  expect(zh[`thing.${what}` as keyof typeof zh]).toMatch(/^\p{Script=Han}+$/u)
})
