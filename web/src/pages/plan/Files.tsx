import { useId } from 'react'
import { useTranslation } from 'react-i18next'

interface Props {
  files: File[]
  /** Names of those that were chosen when the draft was kept. */
  kept: string[]
  set: (files: File[]) => void
}

/** Documents that are handed in. A draft keeps no file: of those that were chosen before, it is said that they are chosen again. */
export function Files({ files, kept, set }: Props) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{t('plans.evidence-files')}</label>
      <input id={id} type="file" multiple onChange={(event) => set([...(event.target.files ?? [])])} />
      {files.length === 0 && kept.length > 0 && <p className="hint warning-text">{t('plans.files-again', { names: kept.join(t('app.comma')) })}</p>}
    </div>
  )
}
