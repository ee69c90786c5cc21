import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { datasets } from '../api/queries'
import { type Told, told } from './told'
import { useWords } from './words'

/** What the program wrote in English, in the language of the reader where the sentence is a known one. */
export function Sentence({ text }: { text: string | null | undefined }) {
  const { t, i18n } = useTranslation()
  const { period, word } = useWords()
  const known = text && i18n.language === 'zh-CN' ? told(text) : undefined
  const { data: all = [] } = useQuery({ ...datasets, enabled: known?.some(namesDataset) ?? false, staleTime: 60_000 })
  if (!text) return '—'
  if (!known) return <span lang="en">{text}</span>
  const part = (name: string, value: string | Told): string => {
    if (typeof value !== 'string') return say(value)
    if (name === 'every') return period(value)
    if (name === 'what') return word('thing', value)
    if (name === 'start' || name === 'allowed') return word('sign-rule', value)
    const title = name === 'input' ? all.find(({ id }) => id === value)?.title : undefined
    return title ? t('told.title', { title }) : value
  }
  const translate: (key: string, parts: Record<string, string>) => string = t as never
  const say = ({ key, parts }: Told): string =>
    translate(key, Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, part(name, value)])))
  return known.map(say).join(t('app.semicolon'))
}

function namesDataset({ parts }: Told): boolean {
  return 'input' in parts || Object.values(parts).some((part) => typeof part !== 'string' && namesDataset(part))
}
