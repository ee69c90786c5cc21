import { expect, test } from 'vitest'
import { reasonOf } from './why'

test('a reason of the program keeps what it names', () => {
  expect(reasonOf('`population.resident`: 12 rows came, 3 went, followed by `household_id`')).toEqual({
    key: 'why.changed-rows', parts: { input: 'population.resident', added: '12', removed: '3' },
  })
  expect(reasonOf('it has never been refreshed')).toEqual({ key: 'why.never', parts: {} })
})

test('a reason that is not known here is shown as it came', () => expect(reasonOf('the moon is full')).toBeUndefined())
