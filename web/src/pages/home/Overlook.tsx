import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { plan as planQuery, plans as plansQuery } from '../../api/plans'
import { boards as boardsQuery } from '../../api/queries'
import { Section } from '../../kit/Page'
import { useWorded } from '../declared/worded'
import { Standing } from '../plan/Standing'
import { Waits } from '../plan/Waits'
import { newestInForce } from './overlook'

/** What somebody looks at first who handles no deliveries: how the plan in force stands, and the boards. */
export function Overlook() {
  const { t } = useTranslation()
  const worded = useWorded()
  const { data: plans } = useQuery(plansQuery)
  const { data: boards } = useQuery(boardsQuery)
  const inForce = newestInForce(plans ?? [])
  return (
    <>
      {inForce && (
        <Section title={t('menu.plans')} extra={<Link to="/plans">{t('home.all-plans')}</Link>}>
          <PlanInForce id={inForce.id} title={inForce.title ?? inForce.id} />
          <Waits plan={inForce} />
        </Section>
      )}
      {boards && boards.length > 0 && (
        <Section title={t('menu.boards')} extra={<Link to="/boards">{t('home.all-boards')}</Link>}>
          <ul className="ways">
            {boards.map(({ id, title }) => (
              <li key={id}>
                <Link to={`/boards/${encodeURIComponent(id)}`}>{worded(title)}</Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}

function PlanInForce({ id, title }: { id: string; title: string }) {
  const { data: told } = useQuery({ ...planQuery(id), staleTime: 30_000 })
  const standing = told?.data.standing
  return (
    <>
      <p>
        <Link to={`/plans/${encodeURIComponent(id)}`} translate="no">
          {title}
        </Link>
      </p>
      {standing && <Standing standing={standing} />}
    </>
  )
}
