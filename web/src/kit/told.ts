import type { Key } from '../i18n'

/**
 * Sentences that the program writes into its records and refusals: why a model was refreshed so, why a file was read in an
 * encoding, what a notice is about, what is wrong with a row. They are kept as they were written, in English; here each has a
 * code, under which both languages have it. `{{why}}` is another of these sentences.
 */
export const SENTENCES: Record<string, string> = {
  never: 'it has never been refreshed',
  query: 'its query, its columns or a setting changed',
  unchanged: 'no row that it reads changed',
  failed: 'its last refresh failed, and nothing has changed since',
  asked: 'asked for in full',
  touched: 'its rows were changed by something else than a refresh',
  'no-key': 'the model has no key by which single rows could be exchanged',
  'no-dataset': 'it reads no dataset',
  rows: 'rows follow from single rows of the inputs: those that come or go with a change are computed and exchanged by key',
  groups: 'rows follow from groups: counts and sums are kept, and those of changed rows merged into them',
  lost: 'what was kept of the groups is not there, or damaged',
  'groups-many': 'nothing was kept of the groups, which are too many or of values that cannot be counted on',
  'new-input': '`{{input}}` was not read before',
  'input-came': '`{{input}}` was absent before',
  'input-went': '`{{input}}` is absent now',
  without: 'it is made without `{{input}}`, which has no rows yet',
  'changed-rows-by': '`{{input}}`: {{added}} rows came, {{removed}} went, followed by `{{column}}`',
  'changed-rows': '`{{input}}`: {{added}} rows came, {{removed}} went',
  many: '`{{input}}` has {{rows}} rows, and {{changed}} of them came or went',
  'input-failed': 'it reads `{{input}}`, whose last refresh failed',
  'input-stale': 'it reads `{{input}}`, which is not up to date',
  'input-changed': '`{{input}}` changed',
  'input-written': 'rows were written to `{{input}}`',
  'input-changed-how': '`{{input}}` changed: {{why}}',
  'input-changed-and': '`{{input}}` changed and {{why}}',
  check: 'check `{{check}}` looks at all rows together',
  subquery: 'is read in a subquery',
  'subquery-it': 'it is read in a subquery',
  'not-there': 'is not read where it could be followed',
  'not-read': 'it is not read there',
  grouped: 'is grouped in a way that cannot be continued',
  window: 'is looked at through a window, which sees other rows',
  limit: 'is cut to a number of rows',
  recursive: 'is read in a query that repeats itself',
  other: 'is read in a way that cannot be followed',
  'all-rows': 'it is read in a way that looks at all rows together',
  'self-join': 'is joined with itself',
  'outer-join': 'decides in a join ({{join}}) which rows of the other side have no partner',
  'one-group': 'is grouped into one row, which is there without any rows too',
  'grouping-sets': 'is grouped in several ways at once (`{{sets}}`)',
  aggregate: 'is grouped with `{{expression}}`, which cannot be continued',
  beside: 'is read beside the groups, whose rows would be needed too',
  unsteady: '`{{function}}` gives another value each time',
  'grouped-otherwise': 'it is grouped by something else than `{{column}}`',
  'joined-otherwise': 'it is joined by something else than `{{column}}`',
  'went-back': 'the table went back to an older version',
  'not-as-file': 'this may be looked at on pages, and not be taken away as a file',
  'foreign-commit': "a commit in between is gone, or somebody else's",
  'columns-changed': 'columns changed in between',
  'commit-gone': 'rows of a commit in between are kept no longer',
  snapshot: 'a snapshot took the place of all rows',
  'commit-silent': 'a commit in between does not say which rows it took out',
  vector: 'a deletion vector cannot be read',
  'too-wide': 'a value does not fit into the type of its column',
  'rows-missing': 'the model does not have the rows that should go',
  'version-gone': 'an older version of an input is kept no longer',
  counted: 'more rows went than were counted',
  extreme: 'a row went that may have held the least or greatest value of its group',
  'sum-large': 'a sum is too large',
  'sum-float': 'rows went from a sum of numbers with a floating point',
  'sum-type': 'a sum has another type than before',
  regrouped: 'groups computed anew by `{{column}}`, because {{why}}',
  exchanged: 'only the rows that differ were exchanged',
  ended: 'the program ended before the refresh did',
  ascii: 'every byte is ASCII',
  declared: 'declared',
  mark: 'the file starts with a byte order mark',
  utf16: 'zero bytes stand beside ASCII characters as in UTF-16',
  utf8: 'the sample is valid UTF-8',
  'utf8-most': '{{good}} lines of the sample are valid UTF-8, {{bad}} are not',
  'utf8-some': '{{lines}} lines of the sample are UTF-8',
  latin: '{{share}}% of the high bytes stand alone among Latin letters',
  big5: '{{share}}% of the double bytes are frequent characters of Big5',
  gb: 'the lines are not UTF-8, and {{share}}% of the double bytes are frequent characters of GB 2312',
  'no-chinese': 'the lines are valid in no Chinese encoding',
  late: 'a delivery is expected every {{every}}, and the last one came at {{at}}',
  'late-never': 'a delivery is expected every {{every}}, and none has come since {{at}}',
  stale: 'the data may be no older than {{every}}, and the last delivery came at {{at}}',
  'stale-never': 'the data may be no older than {{every}}, and none has come since {{at}}',
  current: 'the data is up to date',
  came: 'a delivery came and was collected',
  'not-collected': 'batch `{{batch}}`: the delivery was not collected',
  'batch-why': 'batch `{{batch}}`: {{why}}',
  'delivery-untold': 'the delivery failed; why is told to whoever sees all of its dataset',
  'refresh-untold': 'the refresh failed; why is told to whoever sees all that the model reads',
  'error-page': '`/errors/{{code}}` says what it means and what to do',
  'pack-waits': 'offered packs would touch the {{rows}} stored rows; `yandu pack plan` says what they would do, `yandu pack apply` does it',
  'pack-opens': 'offered packs would open more of it than before; `yandu pack plan` says what, `yandu pack apply` does it',
  'first-start': 'first start',
  'no-row-touched': 'no stored row is touched',
  'not-rolled-back': 'pack change {{number}} cannot be rolled back: {{why}}',
  'taken-back': 'it was taken back already, by change {{by}}',
  'input-why': '`{{input}}` {{why}}',
  'weak-plain': 'has fewer than {{classes}} of small letters, capital letters, digits and other signs',
  'weak-short': 'has fewer than {{least}} signs',
  'weak-long': 'has more than {{most}} bytes',
  'weak-name': 'holds the name of the account',
  'weak-common': 'is one that everybody tries first',
  'weak-used': 'was used before',
  'import-no-rows': 'the file has no rows',
  'import-many': 'the file has more than {{rows}} rows',
  'import-header': 'this header means nothing; known are {{known}}',
  'import-header-twice': 'this column stands there twice',
  'import-header-missing': 'this column is missing',
  'import-cells': 'the row has more cells than the header',
  'import-twice': '`{{name}}` stands in the file twice',
  'import-kind': '`{{name}}` is no kind; kinds are {{known}}',
  'roles-known': 'roles are {{known}}',
  'roles-several': 'more than one role is called `{{name}}`: write {{known}}',
  'account-there': 'there is an account `{{name}}` already',
  'account-not-there': 'there is no account `{{name}}`',
  'name-not-there': 'there is no {{what}} `{{name}}`',
  near: 'did you mean `{{name}}`?',
  'near-two': 'did you mean `{{name}}` or `{{other}}`?',
  'id-empty': 'a {{what}} is empty',
  'id-long': 'the {{what}} `{{name}}` has {{length}} signs, and at most {{most}} are allowed',
  'id-start': 'the {{what}} `{{name}}` starts with `{{sign}}`: it must start with {{start}}',
  'id-sign': 'the {{what}} `{{name}}` contains `{{sign}}`: it is written with {{allowed}}',
  'roles-apart': '`{{name}}` cannot hold the roles `{{one}}` and `{{other}}` at once',
  'roles-own': '`{{name}}` cannot change its own roles, its department or its division',
  'roles-held': '`{{name}}` cannot be given the role `{{role}}`, which somebody holds, but by whoever holds the data folder',
  'office-changed': '`{{name}}` is changed by whoever holds the data folder alone: it holds the office of another administrator',
  'office-let-in': '`{{name}}` is let in again by whoever holds the data folder alone: it holds the office of another administrator',
  'last-administrator': '`{{name}}` is the last system administrator who can log in',
  'forbids-column': '`{{policy}}` forbids `{{column}}` to `{{account}}`',
  'forbids-column-basis': '`{{policy}}` forbids `{{column}}` to `{{account}}` ({{basis}})',
  'forbids-all': '`{{policy}}` forbids the dataset to `{{account}}`',
  'forbids-all-basis': '`{{policy}}` forbids the dataset to `{{account}}` ({{basis}})',
  empty: 'it is empty',
  'one-line': 'it is one line of text',
  'time-past': 'this time is past',
  'grant-days': 'a grant holds at most {{days}} days',
  'grant-no-column': 'it would show no column',
  'entry-no-column': 'it would withhold no column',
  'title-signs': 'from 1 to 300 signs',
  'leads-already': '`{{unit}}` leads already',
  'share-range': 'a number from 0 to 1',
  'not-added': 'numbers of `{{metric}}` cannot be added up over a year, they are shares, rates, means or levels',
  'metric-closed': 'your account does not see what `{{metric}}` is made of, which is in `{{model}}`',
  'passed-at': 'rows that came at a value of `{{column}}` which had been read, and that an append passes over: {{passed}}',
  'passed-at-mend': 'declare `mode: upsert`, or a watermark that grows with every row',
  'passed-without': 'rows without a value in `{{column}}`, which only the first reading takes: {{without}}',
  'unit-differs': '`{{header}}` stands for `{{column}}`, which is in `{{declared}}`, and is said to be in `{{unit}}`: its numbers are taken as they are',
  'unit-of-none': 'a title says that numbers are in {{units}}, which is the unit of no column',
  'months-as-dates': 'values of `{{column}}` are months and a date needs its day: where months are meant, declare the column with `standard: month`, which keeps them as their first day',
  'none-kept': 'no row was kept, so the table is as it was',
  'passed-without-mend': 'read by a `query` that gives every row one, such as `coalesce({{column}}, …)`',
}

export interface Told {
  key: Key
  parts: Record<string, string | Told>
}

/** What may hold anything, marks of code among it. */
const ANYTHING = ['why', 'known', 'allowed', 'units']

const PATTERNS = Object.entries(SENTENCES).map(([code, sentence]) => ({ key: `told.${code}` as Key, pattern: patternOf(sentence) }))

function patternOf(sentence: string): RegExp {
  const text = sentence.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => `(?<${name}>${ANYTHING.includes(name) ? '.+' : '[^`;]+?'})`)}$`)
}

/** One sentence; `undefined` for one that is not known. */
function read(sentence: string): Told | undefined {
  for (const { key, pattern } of PATTERNS) {
    const { why, ...parts } = pattern.exec(sentence)?.groups ?? {}
    if (!pattern.test(sentence)) continue
    if (why === undefined) return { key, parts }
    const inner = read(why)
    if (inner) return { key, parts: { ...parts, why: inner } }
  }
  return undefined
}

/** The sentences of a text; `undefined` when one of them is not known here, so that the text is shown as it came. */
export function told(text: string): Told[] | undefined {
  const whole = read(text)
  if (whole) return [whole]
  const parts = text.split('; ').map(read)
  return parts.every((part) => part !== undefined) ? parts : undefined
}
