import Button from 'antd/es/button'
import Select from 'antd/es/select'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FORMS, type FileForm } from '../../kit/export'

const CHOICES = Object.entries(FORMS).map(([value, { name }]) => ({ value: value as FileForm, label: name }))

interface Props {
  isEmpty: boolean
  why: string
  onExport: (form: FileForm) => void
}

/** Takes every row away as a file of a chosen form. */
export function Export({ isEmpty, why, onExport }: Props) {
  const { t } = useTranslation()
  const [form, setForm] = useState<FileForm>('csv')
  return (
    <span className="export-choice">
      <Select aria-label={t('query.export-form')} value={form} onChange={setForm} options={CHOICES} popupMatchSelectWidth={false} />
      <Button disabled={isEmpty} title={why} onClick={() => onExport(form)}>
        {t('query.export', { form: FORMS[form].name })}
      </Button>
    </span>
  )
}
