import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Popconfirm from 'antd/es/popconfirm'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type MetricDefinition, addNote, notes as notesQuery, removeNote } from '../../api/metrics'
import { useAreas } from '../../kit/areas'
import { Loaded } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Hint, Time } from '../../kit/Text'
import { useSession } from '../../kit/useSession'
import { useSpan } from '../../kit/useSpan'
import { useWords } from '../../kit/words'

const MOST = 2000

interface Props {
  definition: MetricDefinition
  /** The newest period, which a note is about. */
  period: string | null | undefined
}

/** What people said of the numbers: why one is high, why a county is missing. */
export function Notes({ definition: { id }, period }: Props) {
  const { t } = useTranslation()
  const span = useSpan()
  const { principal } = useWords()
  const { nameOf } = useAreas()
  const query = useQuery(notesQuery(id))
  const queries = useQueryClient()
  const { may } = useSession()
  const changed = () => queries.invalidateQueries({ queryKey: ['metric', id] })
  const remove = useMutation({ mutationFn: (note: number) => removeNote(id, note), onSuccess: changed })
  return (
    <Section title={t('figure.notes')}>
      <Loaded query={query}>
        {(list) =>
          list.length === 0 ? (
            <p className="hint">{t('figure.no-notes')}</p>
          ) : (
            <ul className="plain-list notes" aria-label={t('figure.notes')}>
              {list.map((note) => (
                <li key={note.id}>
                  <p className="note-text">{note.text}</p>
                  <div className="note-about">
                    <Hint>
                      {span(note.period)}
                      {note.area && ` · ${nameOf(note.area)}`} · {principal(note.author)} · <Time at={note.written_at} />
                    </Hint>
                    {may('edit-plan') && <Popconfirm
                      title={t('figure.note-remove-about')}
                      okText={t('figure.note-remove')}
                      cancelText={t('action.cancel')}
                      onConfirm={() => remove.mutate(note.id)}
                    >
                      <Button size="small" type="link" className="no-print" loading={remove.isPending && remove.variables === note.id}>
                        {t('figure.note-remove')}
                      </Button>
                    </Popconfirm>}
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {remove.isError && <ProblemPanel error={remove.error} doing={t('figure.note-remove')} />}
      {period && query.data && may('edit-plan') && <Write id={id} period={period} changed={changed} />}
    </Section>
  )
}

function Write({ id, period, changed }: { id: string; period: string; changed: () => Promise<void> }) {
  const { t } = useTranslation()
  const span = useSpan()
  const field = useId()
  const [text, setText] = useState('')
  const write = useMutation({
    mutationFn: () => addNote(id, { period, area: '', text: text.trim() }),
    onSuccess: async () => {
      setText('')
      await changed()
    },
  })
  const isEmpty = text.trim() === ''
  return (
    <form
      className="no-print"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty) write.mutate()
      }}
    >
      <label htmlFor={field}>{t('figure.note-on', { period: span(period) })}</label>
      <Input.TextArea id={field} rows={2} maxLength={MOST} value={text} onChange={(event) => setText(event.target.value)} />
      <p className="actions actions-start">
        <Button htmlType="submit" disabled={isEmpty} loading={write.isPending} title={isEmpty ? t('figure.note-empty') : ''}>
          {t('figure.note-write')}
        </Button>
      </p>
      {write.isError && <ProblemPanel error={write.error} doing={t('figure.note-write')} />}
    </form>
  )
}
