import { expect, test } from 'vitest'
import { fieldText, type FieldWords } from './fieldText'

const words: FieldWords = {
  word: (list, value) => `${list}:${value}`, principal: (id) => (id === 'local-administrator' ? '本机管理员' : id), amount: String, unit: (text) => text, comparison: (sign) => `<${sign}>`, yes: '是', no: '否', comma: '、',
}
const by = { who: 'local-administrator', at: '2026-01-31T17:05:09.123456Z', reason: '按原文' }

test('the history of a plan is told in words and in the time of the city', () => {
  const told = (field: string, value: unknown, item?: string) => fieldText(field, value, words, item)
  expect(told('state', 'accepted', 'figure/3')).toBe('plan-figure:accepted')
  expect(told('state', 'accepted', 'evidence/3')).toBe('plan-evidence:accepted')
  expect(told('doubts', [{ doubt: 'due-not-said' }, { doubt: 'vague', answered: by }])).toBe('plan-doubt:due-not-said、plan-doubt:vague (本机管理员 2026-02-01 01:05 按原文)')
  expect(told('approved', by)).toBe('本机管理员 2026-02-01 01:05 按原文')
  expect(told('begun.at', '2026-01-31T17:05:09Z')).toBe('2026-02-01 01:05')
  expect(told('review.by.who', 'local-administrator')).toBe('本机管理员')
  expect(told('source.kind', 'metric', 'binding/3')).toBe('plan-binding:metric')
  expect(told('said.kind', 'target', 'figure/3')).toBe('plan-kind:target')
  expect(told('', { source: { kind: 'metric', metric: 'telecom.new_station', way: 'year-sum' }, by }, 'binding/3')).toBe(
    'plan-field:kind plan-binding:metric、plan-field:metric telecom.new_station、plan-field:way plan-way:year-sum',
  )
  expect(told('said.share', 0.105)).toBe('10.5%')
  expect([null, '', []].map((nothing) => told('said.lead', nothing))).toEqual(['—', '—', '—'])
  expect(told('supports', ['甲', '乙'])).toBe('甲、乙')
  expect(told('', { title: '验收', due: '2026-06-30' }, 'node/1.1.1')).toBe('验收')
  expect(told('closed', { on: '2026-05-31', by })).not.toContain('{')
})
