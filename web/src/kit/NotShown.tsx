import LockOutlined from '@ant-design/icons/es/icons/LockOutlined'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { entry as entryQuery } from '../api/ledger'
import { useEntryTitle } from './entry'
import { DatasetRequest } from './DatasetRequest'
import { Waiting } from './Loaded'
import { DatasetLink } from './Text'
import { UsesLeft } from './UsesLeft'
import { useSession } from './useSession'
import { useUsesLeft } from './useUsesLeft'

interface Props {
  dataset: string
  /** One field of it that is not shown, where the others are. */
  column?: string
  /** What is said where the catalogue does not list it for whoever looks: then nothing is told of it. */
  otherwise: ReactNode
}

/** That somebody may not see a dataset which the catalogue lists for them, and whom to ask for it. */
export function NotShown({ dataset, column, otherwise }: Props) {
  const { t } = useTranslation()
  const { may } = useSession()
  const named = useEntryTitle()
  const left = useUsesLeft().left.get(dataset)
  const isListed = may('browse')
  const query = useQuery({ ...entryQuery(dataset), enabled: isListed, retry: false, staleTime: 60_000 })
  if (isListed && query.isPending) return <Waiting />
  const entry = query.data?.data
  if (!entry) return otherwise
  const title = named(entry.title)
  const field = entry.columns?.find(({ name }) => name === column)
  if (column !== undefined && !field) return otherwise
  return (
    <div className="problem problem-forbidden" role="status">
      <h2 className="problem-title">
        <LockOutlined aria-hidden /> {field ? t('not-shown.field', { title, field: named(field.title) }) : t('not-shown.dataset', { title })}
      </h2>
      {left !== undefined && field === undefined ? (
        <p>
          {t('uses.elsewhere')} <UsesLeft left={left} />
        </p>
      ) : (
        <DatasetRequest what={field ? `${title}（${dataset}.${field.name}）` : `${title}（${dataset}）`} owner={entry.owner} />
      )}
      <div className="actions no-print">
        <DatasetLink id={dataset} title={t('not-shown.about', { title })} />
        <Link to="/account?tab=sights">{t('sights.own')}</Link>
      </div>
    </div>
  )
}
