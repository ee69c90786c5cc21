import { useTranslation } from 'react-i18next'
import { reasonOf } from './why'

/** Why a model stands or ran as it did, in the language of the reader where the reason is a known one. */
export function Why({ text }: { text: string | null | undefined }) {
  const { t, i18n } = useTranslation()
  if (!text) return '—'
  const known = i18n.language === 'zh-CN' ? reasonOf(text) : undefined
  if (!known) return <span lang="en">{text}</span>
  const say: (key: string, parts: Record<string, string>) => string = t as never
  return say(known.key, known.parts)
}
