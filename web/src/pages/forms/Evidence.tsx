import CameraOutlined from '@ant-design/icons/es/icons/CameraOutlined'
import Button from 'antd/es/button'
import { useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type EvidenceFile, type Form, evidenceAddress, sendEvidence } from '../../api/forms'
import { ProblemPanel } from '../../kit/Problem'
import * as format from '../../kit/format'
import { withFile } from './filled'

/** The files that could not be sent, and why the first of them. */
interface Refused {
  names: string[]
  error: unknown
}

interface Props {
  form: Form
  files: EvidenceFile[]
  isSending: boolean
  isBusy: boolean
  /** What is missing, in words. */
  lack?: string | undefined
  onSending: (isSending: boolean) => void
  onChange: (update: (files: EvidenceFile[]) => EvidenceFile[]) => void
}

const DOCUMENTS = '.pdf,.ofd,.docx,.xlsx,.pptx,.txt'

/** Photographs and documents of a report, sent as soon as they are chosen. */
export function Evidence({ form, files, isSending, isBusy, lack, onSending, onChange }: Props) {
  const { t, i18n } = useTranslation()
  const id = useId()
  const camera = useRef<HTMLInputElement>(null)
  const choice = useRef<HTMLInputElement>(null)
  const stop = useRef<AbortController>(undefined)
  const [share, setShare] = useState(0)
  /** Files that were chosen over what the form takes. */
  const [over, setOver] = useState(0)
  const [refused, setRefused] = useState<Refused>()
  useEffect(() => () => stop.current?.abort(), [])
  const isPictures = form.evidence_kinds.includes('picture')
  const accept = [isPictures && 'image/jpeg,image/png', form.evidence_kinds.includes('document') && DOCUMENTS].filter(Boolean).join(',')
  const room = Math.max(0, form.evidence_most - files.length)
  const send = async (chosen: File[]) => {
    setRefused(undefined)
    setOver(Math.max(0, chosen.length - room))
    const stopping = new AbortController()
    stop.current = stopping
    onSending(true)
    for (const file of chosen.slice(0, room)) {
      setShare(0)
      try {
        const kept = await sendEvidence(form.dataset, file, setShare, stopping.signal)
        onChange((known) => withFile(known, kept))
      } catch (error) {
        if (error instanceof DOMException && error.name === 'AbortError') break
        setRefused((known) => ({ error, ...known, names: [...(known?.names ?? []), file.name] }))
      }
    }
    onSending(false)
  }
  const input = (ref: React.RefObject<HTMLInputElement | null>, more: React.InputHTMLAttributes<HTMLInputElement>) => (
    <input
      ref={ref}
      type="file"
      hidden
      {...more}
      onChange={(event) => {
        const chosen = [...(event.target.files ?? [])]
        // The same file may be chosen again.
        event.target.value = ''
        if (chosen.length > 0) void send(chosen)
      }}
    />
  )
  const isFull = room === 0 || isSending || isBusy
  return (
    <fieldset id="root_-above" tabIndex={-1} className={lack === undefined ? 'form-evidence' : 'form-evidence field-wrong'} aria-describedby={`${id}-lack`}>
      <legend>{t('forms.files')}</legend>
      <p className="hint">{t('forms.files-ask', { least: form.evidence_least, most: form.evidence_most, size: format.size(form.evidence_bytes, i18n.language) })}</p>
      <div id={`${id}-lack`}>
        {lack !== undefined && (
          <p className="field-error">
            <span aria-hidden="true">■</span> {lack}
          </p>
        )}
      </div>
      {form.evidence_help && <p className="hint">{form.evidence_help}</p>}
      <ul className="form-files">
        {files.map((file) => (
          <FileItem key={file.hash} form={form.dataset} file={file} {...(!isBusy && { onRemove: () => onChange((known) => known.filter(({ hash }) => hash !== file.hash)) })} />
        ))}
      </ul>
      {isSending && (
        <div className="actions actions-start">
          <progress aria-label={t('forms.sending')} value={share} max={1} />
          <Button onClick={() => stop.current?.abort()}>{t('action.cancel')}</Button>
        </div>
      )}
      {over > 0 && (
        <p className="hint" role="status">
          {t('forms.files-over', { count: over })}
        </p>
      )}
      {refused && <ProblemPanel error={refused.error} doing={t('forms.files-failed', { names: refused.names.join(t('app.comma')) })} />}
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
