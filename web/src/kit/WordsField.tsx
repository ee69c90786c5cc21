import Select from 'antd/es/select'
import { useTranslation } from 'react-i18next'
import type { Described } from './Field'

/** Names that are typed one after another, such as those of columns. */
export function WordsField({ described, value, onChange }: { described: Described; value: string[]; onChange: (words: string[]) => void }) {
  const { t } = useTranslation()
  return (
    <Select
      {...described}
      mode="tags"
      open={false}
      suffixIcon={null}
      placeholder={t('form.words')}
      tokenSeparators={[',', '\uff0c', '\u3001', ' ']}
      value={value}
      onChange={(words: string[]) => onChange(words.map((word) => word.trim()).filter(Boolean))}
    />
  )
}
