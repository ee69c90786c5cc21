import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useColumnOptions } from '../../kit/ColumnsField'
import { Waiting } from '../../kit/Loaded'
import { Code } from '../../kit/Text'
import { useOptionFilter } from '../../kit/useOptionFilter'
import { ConditionValues } from './ConditionValues'
import { type Comparison, type Condition, NO_CONDITION, comparisonsOf, isUnfinished, ofColumn, sqlOf, valuesFor } from './condition'
import { useConditions } from './useConditions'

interface Props {
  dataset: string
  sql: string
  fault: ReactNode
  onChange: (sql: string) => void
}

/** Which rows, put together part by part; or in SQL, for those who wish and for what the parts cannot say. */
export function ConditionFields({ dataset, sql, fault, onChange }: Props) {
  const { t } = useTranslation()
  const { usable, typeOf, conditions, isAsked } = useConditions(dataset, sql)
  const [wantsSql, setWantsSql] = useState(false)
  const options = useColumnOptions(usable)
  if (isAsked) return <Waiting />
  const isUnread = conditions === undefined
  const isSql = wantsSql || isUnread
  return (
    <fieldset className="field line-fields">
      <legend>{t('grants.rows')}</legend>
      <p className="hint">{t(isSql ? 'grants.condition-sql-help' : 'grants.rows-help')}</p>
      {isSql ? (
        <Input.TextArea
          aria-label={t('grants.condition-sql')}
          aria-invalid={Boolean(fault)}
          rows={2}
          className="code"
          maxLength={500}
          spellCheck={false}
          value={sql}
          onChange={(event) => {
            // What is being typed may be said in parts for a moment.
            setWantsSql(true)
            onChange(event.target.value)
          }}
        />
      ) : (
        <Parts conditions={conditions} options={options} typeOf={typeOf} set={(next) => onChange(sqlOf(next, typeOf))} />
      )}
      {!isSql && sql !== '' && !isUnfinished(sql) && (
        <p className="hint">
          SQL <Code>{sql}</Code>
        </p>
      )}
      <div className="field-line">
        {!isSql && (
          <Button
            size="small"
            disabled={usable.length === 0}
            title={usable.length === 0 ? t('grants.dataset-missing') : ''}
            onClick={() => onChange(sqlOf([...conditions, NO_CONDITION], typeOf))}
          >
            {t('grants.condition-add')}
          </Button>
        )}
        <Button size="small" type="link" disabled={isUnread} onClick={() => setWantsSql(!isSql)}>
          {t(isSql ? 'grants.condition-by-parts' : 'grants.condition-by-sql')}
        </Button>
        {isUnread && <span className="hint">{t('grants.condition-unread')}</span>}
      </div>
      {fault && (
        <div className="field-error" role="alert">
          <span aria-hidden="true">■</span> {fault}
        </div>
      )}
    </fieldset>
  )
}

interface PartsProps {
  conditions: Condition[]
  options: { value: string; label: string }[]
  typeOf: (column: string) => string | undefined
  set: (conditions: Condition[]) => void
}

function Parts({ conditions, options, typeOf, set }: PartsProps) {
  const { t } = useTranslation()
  const filterOption = useOptionFilter()
  const change = (at: number, one: Condition) => set(conditions.map((former, place) => (place === at ? one : former)))
  return conditions.map((one, at) => {
    const place = at + 1
    const type = typeOf(one.column) ?? 'text'
    return (
      <div key={at} role="group" aria-label={t('grants.condition-one', { place })}>
        <div className="field-line">
          {at > 0 && <span>{t('grants.condition-and')}</span>}
          <Select
            aria-label={t('grants.condition-column', { place })}
            placeholder={t('grants.condition-column-name')}
            showSearch={{ filterOption }}
            {...(one.column && { value: one.column })}
            onChange={(column: string) => change(at, ofColumn(one, column, typeOf))}
            options={options}
          />
          <Select
            aria-label={t('grants.condition-comparison', { place })}
            className="field-word"
            value={one.comparison}
            onChange={(comparison: Comparison) => change(at, { ...one, comparison, values: valuesFor(comparison, one.values) })}
            options={comparisonsOf(type).map((known) => ({ value: known, label: t(`grants.comparison-${known}`) }))}
          />
          <ConditionValues condition={one} place={place} type={type} set={(values) => change(at, { ...one, values })} />
          <Button size="small" aria-label={t('grants.condition-remove', { place })} onClick={() => set(conditions.filter((_, other) => other !== at))}>
            {t('form.remove')}
          </Button>
        </div>
        {one.comparison === 'is-not' && <p className="hint">{t('grants.condition-without-empty')}</p>}
      </div>
    )
  })
}
