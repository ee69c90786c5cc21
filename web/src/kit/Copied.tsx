import Button from 'antd/es/button'
import Input, { type InputRef } from 'antd/es/input'
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** A text to be taken away whole. Where a page may not write to the clipboard it is chosen, to be copied by hand. */
export function Copied({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<InputRef>(null)
  const [told, setTold] = useState<'copy.done' | 'copy.by-hand'>()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setTold('copy.done')
    } catch {
      field.current?.select()
      setTold('copy.by-hand')
    }
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="password">
        <Input ref={field} id={id} readOnly value={text} className="code" translate="no" onFocus={(event) => event.target.select()} />
        <Button onClick={() => void copy()}>{t('copy.do')}</Button>
      </div>
      <p className="hint" role="status">
        {told && t(told)}
      </p>
    </div>
  )
}
