import CloudUploadOutlined from '@ant-design/icons/es/icons/CloudUploadOutlined'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type DragEvent, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as format from '../../kit/format'

interface Props {
  file?: File
  onFile: (file: File) => void
}

const TYPES = '.csv,.tsv,.txt,.xlsx,.xls,.ods,.html,.htm,.json,.jsonl,.ndjson,.zip,.gz'

/** A place to drop a file, a button to choose one, or cells pasted from a spreadsheet. */
export function Drop({ file, onFile }: Props) {
  const { t, i18n } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const [isPasting, setPasting] = useState(false)
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      const [given] = event.clipboardData?.files ?? []
      if (given) onFile(given)
    }
    window.addEventListener('paste', pasted)
    return () => window.removeEventListener('paste', pasted)
  })
  const dropped = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [given] = event.dataTransfer.files
    if (given) onFile(given)
  }
  return (
    <div className="field">
      <div
        className={`drop ${isOver ? 'drop-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <CloudUploadOutlined aria-hidden className="drop-sign" />
        {file ? (
          <p>
            <strong translate="no">{file.name}</strong>{' '}
            <span className="hint">{format.size(file.size, i18n.language)}</span>
          </p>
        ) : (
          <p>{t('deliver.drop')}</p>
        )}
        <input
          ref={input}
          type="file"
          accept={TYPES}
          hidden
          onChange={(event) => {
            const [given] = event.target.files ?? []
            if (given) onFile(given)
          }}
        />
        <div className="actions actions-centre">
          <Button onClick={() => input.current?.click()}>{t(file ? 'deliver.other-file' : 'deliver.choose')}</Button>
          <Button onClick={() => setPasting(!isPasting)} aria-expanded={isPasting}>
            {t('deliver.paste')}
          </Button>
        </div>
        <p className="hint">{t('deliver.types')}</p>
      </div>
      {isPasting && (
        <Paste
          onFile={(given) => {
            setPasting(false)
            onFile(given)
          }}
        />
      )}
    </div>
  )
}

function Paste({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const id = useId()
  const lines = text.split('\n').filter((line) => line.trim() !== '').length
  return (
    <div className="paste">
      <label htmlFor={id}>{t('deliver.paste-label')}</label>
      <Input.TextArea id={id} rows={6} autoFocus value={text} onChange={(event) => setText(event.target.value)} />
      <Button
        disabled={lines < 2}
        title={lines < 2 ? t('deliver.paste-missing') : ''}
        onClick={() => onFile(new File([text], text.includes('\t') ? `${t('deliver.pasted')}.tsv` : `${t('deliver.pasted')}.csv`))}
      >
        {t('deliver.paste-use', { count: Math.max(0, lines - 1) })}
      </Button>
    </div>
  )
}
