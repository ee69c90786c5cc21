import { expect, test } from 'vitest'
import en from '../../i18n/en.json'
import zh from '../../i18n/zh-CN.json'
import { nameOf, refusalOf } from './openid'

const OPENID = { name: '市统一身份认证', name_en: 'City sign-on', issuer: 'a', is_reachable: true, ends_sessions: false, replaces_passwords: false }

test('a refusal is one of those that the page has words for', () => {
  expect(refusalOf('openid-unknown')).toBe('openid-unknown')
  for (const other of [null, '', 'internal', '<b>', 'constructor']) expect(refusalOf(other)).toBeUndefined()
  for (const words of [zh, en]) {
    const told = Object.keys(words).filter((key) => key.startsWith('openid-refusal.'))
    for (const key of told) expect(refusalOf(key.replace('openid-refusal.', ''))).toBeDefined()
  }
})

test('the provider is called what the site says in the language of the reader', () => {
  expect([nameOf(OPENID, 'zh-CN'), nameOf(OPENID, 'en')]).toEqual(['市统一身份认证', 'City sign-on'])
})
