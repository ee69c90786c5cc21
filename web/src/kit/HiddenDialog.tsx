import Modal from 'antd/es/modal'
import { useTranslation } from 'react-i18next'
import { Why } from './HiddenNote'
import { HiddenRequest } from './HiddenRequest'
import type { HiddenField } from './hidden'
import { Code } from './Text'
import { useReturnFocus } from './useReturnFocus'

interface Props {
  title: string
  fields: HiddenField[]
  onClose: () => void
}

/** Which rules and grades hide the values of a column, and how to ask for them. */
export default function HiddenDialog({ title, fields, onClose }: Props) {
  const { t } = useTranslation()
  useReturnFocus()
  return (
    <Modal open title={t('hidden.why', { title })} footer={null} closable={{ 'aria-label': t('action.close') }} onCancel={onClose}>
      <ul className="plain-list">
        {fields.map((one) => (
          <li key={one.field}>
            <Code>{one.field}</Code> <Why hidden={one} />
          </li>
        ))}
      </ul>
      <HiddenRequest fields={fields} />
    </Modal>
  )
}
