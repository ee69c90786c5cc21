import Input from 'antd/es/input'
import { useTranslation } from 'react-i18next'
import { Field } from './Field'

/** For whoever came without the link, or whose program for messages has cut it. */
export function PastedLink({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useTranslation()
  return (
    <Field label={t('link.label')} required unmarked help={t('link.help')}>
      {(described) => <Input {...described} autoComplete="off" spellCheck={false} className="code" value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  )
}
