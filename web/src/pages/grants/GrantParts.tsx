import { useTranslation } from 'react-i18next'
import type { Grant, NewGrant } from '../../api/access'
import { lastDay } from '../../kit/day'
import { useColumnTitled } from '../../kit/ColumnsField'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { Facts } from '../../kit/Page'
import { useRoleName } from '../../kit/RoleNames'
import { Sentence } from '../../kit/Sentence'
import { Code, Hint, Time } from '../../kit/Text'
import { useMaskWords } from '../../kit/useMaskWords'
import { useNow } from '../../kit/useNow'
import { useWords } from '../../kit/words'
import { wordsOf } from './condition'
import { type GrantState, isAccount, stateOf } from './grant'
import { useConditions } from './useConditions'

const LOOKS: Record<GrantState, LampState> = { 'in-force': 'good', waiting: 'absent', broken: 'bad', ended: 'absent', revoked: 'absent', 'used-up': 'absent' }

type NameOf = (id: string) => string

/** How a grant stands, and why where it does not hold. */
export function GrantLamp({ grant, nameOf }: { grant: Grant; nameOf: NameOf }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const state = stateOf(grant, useNow())
  const withheld = grant.withheld ?? []
  const titled = useColumnTitled(withheld.some(({ column }) => column) ? grant.granted.dataset : '')
  return (
    <div className="two-lines sight-policy">
      <Lamp state={LOOKS[state]}>{word('grant-state', state)}</Lamp>
      {state === 'revoked' && grant.revoked_at && (
        <Hint>
          {nameOf(grant.revoked_by ?? '')} · <Time at={grant.revoked_at} />
          {grant.revoked_why && <> · {grant.revoked_why}</>}
        </Hint>
      )}
      {state === 'waiting' && grant.granted.from && (
        <Hint>
          {t('grants.begins')} <Time at={grant.granted.from} />
        </Hint>
      )}
      {state === 'broken' && (
        <Hint>
          {t('grants.broken')} <Sentence text={grant.broken} />
        </Hint>
      )}
      {withheld.map(({ policy, column, basis }) => (
        <Hint key={`${policy}/${column}`}>
          {t('grants.withheld', { column: column ? titled(column) : t('grants.withheld-all'), policy })}
          {basis && t('sights.basis', { basis })}
        </Hint>
      ))}
      {typeof grant.granted.uses === 'number' && <Hint>{t('grants.used-of', { used: grant.used, uses: grant.granted.uses })}</Hint>}
    </div>
  )
}

export function Grantee({ to, nameOf }: { to: NewGrant['to']; nameOf: NameOf }) {
  const { word } = useWords()
  const roleName = useRoleName()
  return (
    <span>
      <span translate="no">{to.kind === 'role' ? roleName(to.id) : isAccount(to) ? nameOf(to.id) : to.id}</span> <Hint>{word('grantee', to.kind)}</Hint>
    </span>
  )
}

/** The last day where it holds through one, else the moment. */
export function Until({ grant }: { grant: Grant }) {
  const { t } = useTranslation()
  const day = lastDay(grant.granted.until)
  return day ? <span className="num">{t('grants.through', { day })}</span> : <Time at={grant.granted.until} />
}

/** The rows for which conditions hold: in words where they can be said so, else in SQL. */
function Rows({ dataset, sql }: { dataset: string; sql: string }) {
  const { t } = useTranslation()
  const { conditions, typeOf } = useConditions(dataset, sql)
  const titled = useColumnTitled(dataset)
  if (!conditions?.length) return <Code>{sql}</Code>
  const said = wordsOf(conditions, typeOf, {
    column: titled,
    comparison: (comparison) => t(`grants.comparison-${comparison}`),
    value: (value, type) => (type === 'boolean' ? t(value === 'true' ? 'cell.true' : 'cell.false') : value),
    comma: t('app.comma'),
    to: t('grants.condition-to-short'),
    and: t('grants.condition-and'),
  })
  return <span title={sql}>{said}</span>
}

/** Which rows and fields, in what form, on which ways. */
export function Scope({ grant: { granted, given_at, given_by }, nameOf }: { grant: Grant; nameOf: NameOf }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const titled = useColumnTitled(granted.dataset)
  const masked = useMaskWords()
  const masks = Object.entries(granted.masks ?? {})
  return (
    <div className="padded-line sight-detail">
      <Facts
        items={[
          [t('sights.columns'), granted.columns?.length ? granted.columns.map(titled).join(t('app.comma')) : t('grants.all-columns')],
          [t('sights.rows'), granted.rows ? <Rows dataset={granted.dataset} sql={granted.rows} /> : t('sights.all-rows')],
          [t('grants.up-to'), `${word('grade', granted.up_to)} · ${word('grade-means', granted.up_to)}`],
          ...(masks.length > 0
            ? [[t('grants.masks'), masks.map(([column, mask]) => `${titled(column)} ${masked(mask)}`).join(t('app.semicolon'))] as [string, React.ReactNode]]
            : []),
          ...(granted.from ? [[t('grants.from'), <Time key="from" at={granted.from} />] as [string, React.ReactNode]] : []),
          [t('grants.ways'), (granted.ways ?? ['page']).map((way) => word('way', way)).join(t('app.comma'))],
          [t('grants.given-by'), <>{nameOf(given_by)} · <Time at={given_at} /></>],
        ]}
      />
    </div>
  )
}
