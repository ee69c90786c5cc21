import i18next from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import en from '../i18n/en.json'
import zh from '../i18n/zh-CN.json'
import { aimOf, unitAfter } from './figure'
import { englishUnit } from './english-units'
import { nameUnitsBy, unitName } from './units'

beforeAll(async () => {
  nameUnitsBy(englishUnit)
  const resources = { 'zh-CN': { page: zh }, en: { page: en } }
  await i18next.init({ lng: 'en', fallbackLng: 'zh-CN', ns: 'page', defaultNS: 'page', keySeparator: false, nsSeparator: false, resources })
})

test('a reader of English gets the English name of a unit, and one without stays', async () => {
  await i18next.changeLanguage('en')
  expect(['座', '户', '亿元', '公里', 'km', '%', '1', '站日'].map(unitAfter)).toEqual([' units', ' households', ' ×100 million CNY', ' km', ' km', '%', '', '站日'])
  expect(aimOf({ comparison: '>=', value: 500 }, { unit: '人', decimals: 0 }, 'en', 'change')).toBe('≥ 500 people')
})

test('a reader of English gets a unit of so much for each of another by its parts', async () => {
  await i18next.changeLanguage('en')
  const names = {
    '元/千瓦时': 'CNY per kWh', '座/万人': 'units per 10,000 people', '万元/项': '×10,000 CNY per item', '人次/日': 'person-times per day',
    '张/千人': 'items per 1,000 people', '万立方米/日': '×10,000 m³ per day', '亿千瓦时': '×100 million kWh', '百万人': '×1 million people', '万kWh': '×10,000 kWh',
    '元/平方米/月': 'CNY per m² per month', '微克/m³': 'µg per m³', 'mg/升': 'mg per L', '元／吨': 'CNY per t', '万元/户': '×10,000 CNY per household',
  }
  for (const [unit, name] of Object.entries(names)) expect(unitName(unit), unit).toBe(name)
  expect(unitAfter('%/年')).toBe('% per year')
})

test('a unit of which one part has no name stays as it is written', async () => {
  await i18next.changeLanguage('en')
  for (const unit of ['元/站日', '站日/座', '万站日', '元/', '/人', '百分点', '千', '万/亿', '家（个）']) expect(unitName(unit)).toBe(unit)
})

test('a reader of Chinese gets every unit as it is written', async () => {
  await i18next.changeLanguage('zh-CN')
  const units = Object.keys(zh).flatMap((key) => /^unit\.(\p{Script=Han}+)$/u.exec(key)?.[1] ?? [])
  expect(units.length).toBeGreaterThan(20)
  for (const unit of [...units, '元/千瓦时', '万元/项', '元／吨']) expect(unitName(unit)).toBe(unit)
})
