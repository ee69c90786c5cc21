import { useMutation, useQuery } from '@tanstack/react-query'
import Button from 'antd/es/button'
import Input from 'antd/es/input'
import { type ChangeEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type TextProblem, policies as policiesQuery, previewRights } from '../../api/access'
import * as format from '../../kit/format'
import { Field } from '../../kit/Field'
import { Waiting } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { ProblemPanel } from '../../kit/Problem'
import { Restored } from '../../kit/Restored'
import { RightsDifference } from '../../kit/RightsDifference'
import { RightsLook } from '../../kit/RightsLook'
import { Saved } from '../../kit/Saved'
import { Sentence } from '../../kit/Sentence'
import { Code, Hint } from '../../kit/Text'
import { useDrafted } from '../../kit/useDrafted'
import { sourceOf } from './groups'

/** The largest text that is read of a file, in bytes. */
const FILE_BYTES = 1 << 20

/** What texts in the place of those of the city's folder would open and close. Nothing is put in force here. */
export function Change() {
  const { t, i18n } = useTranslation()
  const file = useRef<HTMLInputElement>(null)
  const [large, setLarge] = useState<string>()
  const { data: present } = useQuery(policiesQuery)
  const { draft, isKnown, now: form, write, reset } = useDrafted('access.policies.change', { text: '' })
  const preview = useMutation({ mutationFn: (text: string) => previewRights({ texts: [{ file: 'city.cedar', text }] }) })
  const own = present?.policies.filter(({ id }) => sourceOf(id) === 'city') ?? []
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.target.files ?? []
    // The same file, mended, is chosen again.
    const { target } = event
    if (!chosen) return
    setLarge(chosen.size > FILE_BYTES ? chosen.name : undefined)
    if (chosen.size <= FILE_BYTES) write({ text: await chosen.text() })
    target.value = ''
  }
  if (!isKnown) return <Waiting />
  const seen = preview.data
  return (
    <>
      <div className="padded">
        <Restored draft={draft} reset={reset} />
        <Field label={t('change.text')} help={t('change.text-help')}>
          {(described) => (
            <Input.TextArea {...described} className="code" rows={12} spellCheck={false} value={form.text} onChange={(event) => write({ text: event.target.value })} />
          )}
        </Field>
        <div className="actions">
          <input ref={file} type="file" accept=".cedar,text/plain" hidden onChange={(event) => void read(event)} />
          <Button onClick={() => file.current?.click()}>{t('change.file')}</Button>
          {own.length > 0 && (
            <Button onClick={() => write({ text: own.map(({ text }) => text).join('\n\n') })}>{t('change.present')}</Button>
          )}
          <Button type="primary" loading={preview.isPending} onClick={() => preview.mutate(form.text)}>
            {t('change.look')}
          </Button>
          <Saved draft={draft} />
        </div>
        {large && (
          <p className="note note-refused" role="alert">
            {t('change.file-large', { name: large, size: format.size(FILE_BYTES, i18n.language) })}
          </p>
        )}
        <Hint>{t('change.where')}</Hint>
      </div>
      {preview.isError && <ProblemPanel error={preview.error} doing={t('change.look')} />}
      {seen && (
        <div className="surface padded">
          {seen.problems.length > 0 ? <Problems problems={seen.problems} text={preview.variables ?? ''} /> : <RightsDifference preview={seen} />}
          <p className="hint break">
            {t('policies.hash')} <Code>{seen.before}</Code>
            {seen.after && (
              <>
                {' → '}
                <Code>{seen.after}</Code>
              </>
            )}
          </p>
        </div>
      )}
      <Section title={t('change.packs')}>
        <RightsLook change={{ packs: {} }} label={t('change.packs-look')} about={t('change.packs-about')} />
      </Section>
    </>
  )
}

/** Each in its line, with what is meant marked. */
function Problems({ problems, text }: { problems: TextProblem[]; text: string }) {
  const { t } = useTranslation()
  const lines = text.split('\n')
  return (
    <div className="note note-refused" role="alert">
      <p>{t('change.problems', { count: problems.length })}</p>
      <ul>
        {problems.map((problem, place) => (
          <li key={place}>
            <p>
              {problem.line && t('change.at', { line: problem.line, column: problem.column ?? 1 })} <Sentence text={problem.message} />
            </p>
            {problem.line && <Marked line={lines[problem.line - 1] ?? ''} at={problem.column ?? 1} length={problem.length ?? 1} />}
            {problem.help && (
              <Hint>
                <Sentence text={problem.help} />
              </Hint>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Marked({ line, at, length }: { line: string; at: number; length: number }) {
  const signs = [...line]
  const part = (from: number, to?: number) => signs.slice(from, to).join('')
  return (
    <pre className="policy-text" translate="no">
      {part(0, at - 1)}
      <mark>{part(at - 1, at - 1 + length) || ' '}</mark>
      {part(at - 1 + length)}
    </pre>
  )
}
