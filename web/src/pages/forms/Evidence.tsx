import CameraOutlined from '@ant-design/icons/es/icons/CameraOutlined'
import Button from 'antd/es/button'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type EvidenceFile, type Form, evidenceAddress, sendEvidence } from '../../api/forms'
import { ProblemPanel } from '../../kit/Problem'
import * as format from '../../kit/format'

interface Props {
  form: Form
  files: EvidenceFile[]
  onChange: (files: EvidenceFile[]) => void
}

const DOCUMENTS = '.pdf,.ofd,.docx,.xlsx,.pptx,.txt'

/** Photographs and documents of a report, sent as soon as they are chosen. */
export function Evidence({ form, files, onChange }: Props) {
  const { t } = useTranslation()
  const camera = useRef<HTMLInputElement>(null)
  const choice = useRef<HTMLInputElement>(null)
  const stop = useRef<AbortController>(undefined)
  const [share, setShare] = useState<number>()
  const [error, setError] = useState<unknown>()
  const isPictures = form.evidence_kinds.includes('picture')
  const accept = [isPictures && 'image/jpeg,image/png', form.evidence_kinds.includes('document') && DOCUMENTS].filter(Boolean).join(',')
  const send = async (list: FileList | null) => {
    setError(undefined)
    let known = files
    for (const file of list ?? []) {
      stop.current = new AbortController()
      setShare(0)
      try {
        const kept = await sendEvidence(form.dataset, file, setShare, stop.current.signal)
        if (!known.some((one) => one.hash === kept.hash)) known = [...known, kept]
        onChange(known)
      } catch (failed) {
        if (!(failed instanceof DOMException)) setError(failed)
        break
      } finally {
        setShare(undefined)
      }
    }
  }
  const input = (ref: React.RefObject<HTMLInputElement | null>, more: React.InputHTMLAttributes<HTMLInputElement>) => (
    <input
      ref={ref}
      type="file"
      hidden
      {...more}
      onChange={(event) => {
        void send(event.target.files).then(() => {
          event.target.value = ''
        })
      }}
    />
  )
  const isFull = files.length >= form.evidence_most || share !== undefined
  return (
    <fieldset className="form-evidence">
      <legend>{t('forms.files')}</legend>
      <p className="hint">{t('forms.files-ask', { least: form.evidence_least, most: form.evidence_most, size: Math.round(form.evidence_bytes / 1_048_576) })}</p>
      {form.evidence_help && <p className="hint">{form.evidence_help}</p>}
      <ul className="form-files">
        {files.map((file) => (
          <FileItem key={file.hash} form={form.dataset} file={file} onRemove={() => onChange(files.filter((one) => one.hash !== file.hash))} />
        ))}
      </ul>
      {share !== undefined && (
        <div className="actions actions-start">
          <progress aria-label={t('forms.sending')} value={share} max={1} />
          <Button onClick={() => stop.current?.abort()}>{t('action.cancel')}</Button>
        </div>
      )}
      {error !== undefined && <ProblemPanel error={error} doing={t('forms.files')} />}
      <div className="actions actions-start">
        {isPictures && (
          <Button icon={<CameraOutlined aria-hidden />} disabled={isFull} onClick={() => camera.current?.click()}>
            {t('forms.photograph')}
          </Button>
        )}
        <Button disabled={isFull} onClick={() => choice.current?.click()}>
          {t('forms.choose')}
        </Button>
      </div>
      {isPictures && input(camera, { accept: 'image/*', capture: 'environment' })}
      {input(choice, { accept, multiple: true })}
    </fieldset>
  )
}

/** A file with its picture, and what the photograph says of itself. */
export function FileItem({ form, file, onRemove }: { form: string; file: EvidenceFile; onRemove?: () => void }) {
  const { t, i18n } = useTranslation()
  const at = evidenceAddress(form, file.hash)
  return (
    <li>
      {file.media_type.startsWith('image/') && <img src={at} alt={file.name} loading="lazy" className="form-thumbnail" />}
      <div className="two-lines">
        <a href={at} download={file.name} translate="no">
          {file.name}
        </a>
        <span className="hint">{format.size(file.size_bytes, i18n.language)}</span>
        {file.taken_at && <span className="hint">{t('forms.taken-at', { at: file.taken_at.replace('T', ' ') })}</span>}
        {file.latitude != null && file.longitude != null && (
          <span className="hint">{t('forms.taken-where', { where: `${file.latitude.toFixed(5)}, ${file.longitude.toFixed(5)}` })}</span>
        )}
      </div>
      {onRemove && (
        <Button type="link" aria-label={t('forms.remove-of', { name: file.name })} onClick={onRemove}>
          {t('forms.remove')}
        </Button>
      )}
    </li>
  )
}
