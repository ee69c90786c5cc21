import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { Guarded } from '../../kit/Guarded'
import { Page } from '../../kit/Page'
import { type Tab, Tabs } from '../../kit/Tabs'
import { useSession } from '../../kit/useSession'
import { Lowerings } from './Lowerings'
import { Progress } from './Progress'
import { Suggestions } from './Suggestions'

/** Classes and grades of fields: what is suggested and why, how far each dataset is, and what was made less sensitive. */
export function Classification() {
  const { t } = useTranslation()
  return (
    <Guarded title={t('menu.classification')} needs={['steward', 'manage-policies', 'audit']}>
      <Content />
    </Guarded>
  )
}

function Content() {
  const { t } = useTranslation()
  const { may } = useSession()
  const [address, setAddress] = useSearchParams()
  const isSteward = may('steward')
  const tabs: Tab[] = [
    ...(isSteward
      ? [
          { key: 'suggestions', label: t('classification.suggestions'), render: () => <Suggestions /> },
          { key: 'progress', label: t('classification.progress'), render: () => <Progress /> },
        ]
      : []),
    { key: 'lowerings', label: t('classification.lowerings'), render: () => <Lowerings /> },
  ]
  return (
    <Page title={t('menu.classification')} about={t('classification.about')}>
      <Tabs
        label={t('menu.classification')}
        tabs={tabs}
        active={address.get('tab') ?? tabs[0]?.key ?? 'lowerings'}
        onChange={(tab) => setAddress({ tab }, { replace: true })}
      />
    </Page>
  )
}
