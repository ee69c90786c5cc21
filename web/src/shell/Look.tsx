import ConfigProvider from 'antd/es/config-provider'
import en from 'antd/es/locale/en_US'
import zh from 'antd/es/locale/zh_CN'
import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { antdTheme, asVariables, codeFamily, fontFamily, withCity } from '../theme/tokens'
import { nonce } from './nonce'

const tokens = withCity(document.querySelector<HTMLMetaElement>('meta[name="yandu-tokens"]')?.content)
const style = document.documentElement.style
for (const [name, value] of asVariables(tokens)) style.setProperty(name, value)
style.setProperty('--font', fontFamily)
style.setProperty('--code-font', codeFamily)

/** Nothing moves for those who asked their system for that. */
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches

const STORED = 'yandu.large-text'
const LargeText = createContext({ isLarge: false, toggle: () => {} })

export function useLargeText() {
  return useContext(LargeText)
}

/** Tokens, language of the parts, size of the text. */
export function Look({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation()
  const [isLarge, setLarge] = useState(() => localStorage.getItem(STORED) === 'yes')
  useEffect(() => {
    document.documentElement.classList.toggle('large-text', isLarge)
    localStorage.setItem(STORED, isLarge ? 'yes' : 'no')
  }, [isLarge])
  const theme = useMemo(() => antdTheme(tokens, isLarge, still), [isLarge])
  const large = useMemo(() => ({ isLarge, toggle: () => setLarge((was) => !was) }), [isLarge])
  return (
    <ConfigProvider
      csp={{ nonce }}
      theme={theme}
      locale={i18n.language === 'en' ? en : zh}
      // 驳回 would be shown as 驳 回, which breaks searching and copying.
      button={{ autoInsertSpace: false }}
    >
      <LargeText value={large}>{children}</LargeText>
    </ConfigProvider>
  )
}
