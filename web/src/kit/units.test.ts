import i18next from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import en from '../i18n/en.json'
import zh from '../i18n/zh-CN.json'
import { aimOf, unitAfter } from './figure'
import { unitName } from './units'

beforeAll(async () => {
  const resources = { 'zh-CN': { page: zh }, en: { page: en } }
  await i18next.init({ lng: 'en', fallbackLng: 'zh-CN', ns: 'page', defaultNS: 'page', keySeparator: false, nsSeparator: false, resources })
})

test('a reader of English gets the English name of a unit, and one without stays', async () => {
  await i18next.changeLanguage('en')
  expect(['座', '户', '亿元', '公里', 'km', '%', '1', '站日'].map(unitAfter)).toEqual([' units', ' households', ' ×100 million CNY', ' km', ' km', '%', '', '站日'])
  expect(aimOf({ comparison: '>=', value: 500 }, { unit: '人', decimals: 0 }, 'en', 'change')).toBe('≥ 500 people')
})

test('a reader of Chinese gets every unit as it is written', async () => {
  await i18next.changeLanguage('zh-CN')
  const units = Object.keys(zh).flatMap((key) => /^unit\.(\p{Script=Han}+)$/u.exec(key)?.[1] ?? [])
  expect(units.length).toBeGreaterThan(20)
  for (const unit of units) expect(unitName(unit)).toBe(unit)
})
