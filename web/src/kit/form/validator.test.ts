import { type RJSFSchema, getDefaultFormState } from '@rjsf/utils'
import { expect, test, vi } from 'vitest'
import { DEFAULTS } from './defaults'
import { FormValidator, titleOf } from './validator'

const schema: RJSFSchema = {
  type: 'object',
  required: ['contact'],
  properties: {
    contact: { type: 'string', pattern: '^0\\d{3}-\\d{8}$' },
    about: { type: 'string', maxLength: 5 },
    tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
    sharing: { type: 'object', properties: { basis: { type: 'string', minLength: 2 } } },
  },
}
const faults = (value: object) => new FormValidator<object>().validateFormData(value, schema).errors.map(({ property, name, params }) => [property, name, params?.limit])

test('each fault is told once, at its field, with the limit that was gone over', () => {
  expect(faults({ about: '123456', tags: ['ok', 'long'], sharing: { basis: 'x' } })).toEqual([
    ['.contact', 'required', undefined],
    ['.about', 'maxLength', 5],
    ['.tags.1', 'maxLength', 3],
    ['.sharing.basis', 'minLength', 2],
  ])
  expect(faults({ contact: '0515-86660000' })).toEqual([])
})

test('what is wrong outside of the fields counts with what is wrong in them', () => {
  const lack = { name: 'lack', property: '.-above', message: '请至少上传 1 份材料', stack: '请至少上传 1 份材料' }
  const validator = new FormValidator<object>([lack])
  expect(validator.validateFormData({}, schema).errors.map(({ property }) => property)).toEqual(['.contact', '.-above'])
  expect(validator.validateFormData({ contact: '0515-86660000' }, schema)).toEqual({ errors: [lack], errorSchema: { '-above': { __errors: [lack.message] } } })
})

test('a fault names its field as the form does', () => {
  const titled: RJSFSchema = { type: 'object', properties: { achieved: { type: 'integer', title: '当月实现突破的产业数' }, tags: { type: 'array', title: '标签', items: { type: 'string' } }, x: {} } }
  expect(['.achieved', '.tags.1', '.x', '.gone', ''].map((property) => titleOf(property, titled))).toEqual(['当月实现突破的产业数', '标签', 'x', 'gone', ''])
  expect(titleOf('.achieved', titled, { achieved: { 'ui:title': 'Industries' } })).toBe('Industries')
})

test('a field that was emptied counts as missing', () => {
  expect(faults({ contact: undefined })).toEqual([['.contact', 'required', undefined]])
})

test('the faults lie where the form looks for them', () => {
  const { errorSchema } = new FormValidator<object>().validateFormData({ contact: 'x', sharing: { basis: 'y' } }, schema)
  expect(errorSchema).toMatchObject({ contact: { __errors: [expect.any(String)] }, sharing: { basis: { __errors: [expect.any(String)] } } })
})

test('a choice is empty until somebody chooses', () => {
  const choice: RJSFSchema = { type: 'object', properties: { method: { type: 'string', oneOf: [{ const: 'x', title: 'X' }, { const: 'y', title: 'Y' }] } } }
  const begun = (behavior?: typeof DEFAULTS) => JSON.stringify(getDefaultFormState(new FormValidator<object>(), choice, {}, choice, false, behavior))
  expect(begun(DEFAULTS)).toBe('{}')
  expect(begun()).toBe('{"method":"x"}')
})

test('no code is made out of a schema, which the policy of the page forbids', () => {
  const made = vi.fn()
  vi.stubGlobal('Function', new Proxy(Function, { construct: made, apply: made }))
  vi.stubGlobal('eval', made)
  try {
    faults({ contact: 'x' })
  } finally {
    vi.unstubAllGlobals()
  }
  expect(made).not.toHaveBeenCalled()
})
