/** Conditions on rows that are put together part by part, and the SQL that says them, which is what is kept. */
import { isDay } from '../../kit/day'

export const COMPARISONS = ['is', 'is-not', 'in', 'between', 'at-least', 'at-most', 'empty', 'not-empty'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** One of several that hold together. What is not yet chosen or typed is empty. */
export interface Condition {
  column: string
  comparison: Comparison
  values: string[]
}

/** The type of a column as its dataset declares it; nothing where there is no such column. */
export type TypeOf = (column: string) => string | undefined

export const NO_CONDITION: Condition = { column: '', comparison: 'is', values: [''] }

const SIGNS: Partial<Record<string, Comparison>> = { '=': 'is', '<>': 'is-not', '>=': 'at-least', '<=': 'at-most' }

/** The comparisons that mean something for a type. */
export function comparisonsOf(type: string): readonly Comparison[] {
  return type === 'boolean' ? ['is', 'is-not', 'empty', 'not-empty'] : COMPARISONS
}

/** As many values as a comparison takes; those that were typed stay. */
export function valuesFor(comparison: Comparison, values: string[]): string[] {
  const [first = '', last = ''] = values
  if (comparison === 'empty' || comparison === 'not-empty') return []
  if (comparison === 'in') return values.filter(Boolean)
  return comparison === 'between' ? [first, last] : [first]
}

/** The condition with another column: of a column of another type nothing that was typed holds. */
export function ofColumn(one: Condition, column: string, typeOf: TypeOf): Condition {
  const type = typeOf(column) ?? 'text'
  if (typeOf(one.column) === type) return { ...one, column }
  const comparison = comparisonsOf(type).find((known) => known === one.comparison) ?? 'is'
  return { column, comparison, values: valuesFor(comparison, one.column === '' ? one.values : []) }
}

/** Whether a value is one of a type. */
export function isOfType(value: string, type: string): boolean {
  const [, precision, scale] = /^decimal\((\d+), ?(\d+)\)$/.exec(type) ?? []
  if (scale !== undefined) {
    const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(value) ?? []
    return whole !== undefined && whole.length <= Number(precision) - Number(scale) && fraction.length <= Number(scale)
  }
  switch (type) {
    case 'integer':
      return /^-?\d{1,18}$/.test(value)
    case 'boolean':
      return value === 'true' || value === 'false'
    case 'date':
      return isDay(value)
    case 'time':
      return /^\d\d:\d\d:\d\d$/.test(value)
    case 'timestamp':
      return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value) && isDay(value.slice(0, 10))
    default:
      return true
  }
}

/** The conditions in SQL. What is not yet chosen or typed is left out at its place, so that nothing takes it for a condition. */
export function sqlOf(conditions: Condition[], typeOf: TypeOf): string {
  return conditions.map((one) => oneInSql(one, typeOf(one.column) ?? 'text')).join(' AND ')
}

function oneInSql({ column, comparison, values }: Condition, type: string): string {
  const name = `"${column.replaceAll('"', '""')}"`
  const said = values.map((value) => literal(value, type))
  switch (comparison) {
    case 'empty':
      return `${name} IS NULL`
    case 'not-empty':
      return `${name} IS NOT NULL`
    case 'in':
      return `${name} IN (${said.join(', ')})`
    case 'between':
      return `${name} BETWEEN ${said.join(' AND ')}`
    default:
      return `${name} ${Object.keys(SIGNS).find((sign) => SIGNS[sign] === comparison)} ${said.join()}`
  }
}

/** A value as the engine compares it with a column without changing the column: a broken number is a decimal of the same digits. */
function literal(value: string, type: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`
  const isNumber = type === 'integer' || type.startsWith('decimal')
  if (value === '') return ''
  if (isNumber && /^-?\d+(\.\d+)?$/.test(value)) return value.includes('.') && isOfType(value, type) ? `CAST(${quoted} AS ${type.toUpperCase()})` : value
  if (type === 'boolean' && isOfType(value, type)) return value.toUpperCase()
  if (type === 'date' || type === 'timestamp') return `${type.toUpperCase()} ${quoted}`
  return quoted
}

/** The conditions that a text says, where it says them as they would be written here; nothing where it says more or otherwise. */
export function conditionsOf(sql: string, typeOf: TypeOf): Condition[] | undefined {
  const tokens = tokensOf(sql)
  const found = tokens && parsed(tokens)
  if (!found || found.some(({ column }) => column !== '' && typeOf(column) === undefined)) return undefined
  return JSON.stringify(tokensOf(sqlOf(found, typeOf))) === JSON.stringify(tokens) ? found : undefined
}

/** What the parts of conditions are called. */
export interface Called {
  column: (name: string) => string
  comparison: (comparison: Comparison) => string
  value: (value: string, type: string) => string
  /** Between values. */
  comma: string
  /** Between the ends of a span. */
  to: string
  /** Between conditions. */
  and: string
}

/** The conditions in words. Texts stand in quotes, so that nothing in them is taken for a word. */
export function wordsOf(conditions: Condition[], typeOf: TypeOf, called: Called): string {
  const inWords = conditions.map(({ column, comparison, values }) => {
    const type = typeOf(column) ?? 'text'
    const said = values.map((value) => (type === 'text' ? `“${value}”` : called.value(value, type)))
    const between = comparison === 'between' ? ` ${called.to} ` : called.comma
    return [called.column(column), called.comparison(comparison), said.join(between)].filter(Boolean).join(' ')
  })
  return inWords.join(` ${called.and} `)
}

/** Whether something is not yet chosen or typed. */
export function isUnfinished(sql: string): boolean {
  const found = parsed(tokensOf(sql) ?? [])
  return found?.some(({ column, comparison, values }) => column === '' || values.includes('') || (comparison === 'in' && values.length === 0)) ?? false
}

const TOKEN = /\s*('(?:[^']|'')*'|"(?:[^"]|"")*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*|<>|!=|>=|<=|=|\(|\)|,)/y
const WORDS = new Set(['AND', 'AS', 'BETWEEN', 'CAST', 'DATE', 'DECIMAL', 'FALSE', 'IN', 'IS', 'NOT', 'NULL', 'TIMESTAMP', 'TRUE'])

/** Words in capitals, names in quotes; nothing where a sign is unknown. A name without quotes is one in small letters. */
function tokensOf(sql: string): string[] | undefined {
  const text = sql.trim()
  const found: string[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const token = TOKEN.exec(text)?.[1]
    if (token === undefined) return undefined
    const isWord = /^[A-Za-z_]/.test(token)
    if (isWord) found.push(WORDS.has(token.toUpperCase()) ? token.toUpperCase() : `"${token.toLowerCase()}"`)
    else found.push(token === '!=' ? '<>' : token)
  }
  return found
}

function parsed(tokens: string[]): Condition[] | undefined {
  const rest = new Rest(tokens)
  const found: Condition[] = []
  if (rest.isDone()) return found
  do {
    const column = rest.name()
    const compared = column === undefined ? undefined : rest.compared()
    if (column === undefined || !compared) return undefined
    found.push({ column, ...compared })
  } while (rest.take('AND'))
  return rest.isDone() ? found : undefined
}

/** The tokens that are not read yet. */
class Rest {
  private at = 0
  constructor(private readonly tokens: string[]) {}

  isDone(): boolean {
    return this.at === this.tokens.length
  }

  take(...wanted: string[]): boolean {
    const isNext = wanted.every((token, place) => this.tokens[this.at + place] === token)
    if (isNext) this.at += wanted.length
    return isNext
  }

  name(): string | undefined {
    return this.unquoted('"')
  }

  compared(): Omit<Condition, 'column'> | undefined {
    if (this.take('IS', 'NULL')) return { comparison: 'empty', values: [] }
    if (this.take('IS', 'NOT', 'NULL')) return { comparison: 'not-empty', values: [] }
    if (this.take('IN', '(')) {
      const values = this.list()
      return values && { comparison: 'in', values }
    }
    if (this.take('BETWEEN')) {
      const first = this.value()
      return this.take('AND') ? { comparison: 'between', values: [first, this.value()] } : undefined
    }
    const comparison = SIGNS[this.tokens[this.at] ?? '']
    if (comparison) this.at += 1
    return comparison && { comparison, values: [this.value()] }
  }

  private list(): string[] | undefined {
    if (this.take(')')) return []
    const found: string[] = []
    do found.push(this.value())
    while (this.take(','))
    return this.take(')') && !found.includes('') ? found : undefined
  }

  /** A value without what says its type; nothing where none stands there. */
  private value(): string {
    const token = this.tokens[this.at] ?? ''
    if (token === 'TRUE' || token === 'FALSE' || /^-?\d/.test(token)) {
      this.at += 1
      return token.toLowerCase()
    }
    if (this.take('CAST', '(')) {
      const value = this.unquoted("'") ?? ''
      this.take('AS', 'DECIMAL', '(', this.tokens[this.at + 3] ?? '', ',', this.tokens[this.at + 5] ?? '', ')', ')')
      return value
    }
    if (token === 'DATE' || token === 'TIMESTAMP') this.at += 1
    // An empty text is one that stands there.
    return this.tokens[this.at] === "''" ? '' : (this.unquoted("'") ?? '')
  }

  private unquoted(mark: '"' | "'"): string | undefined {
    const token = this.tokens[this.at]
    if (!token?.startsWith(mark)) return undefined
    this.at += 1
    return token.slice(1, -1).replaceAll(mark + mark, mark)
  }
}
