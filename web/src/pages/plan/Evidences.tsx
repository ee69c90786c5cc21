import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanEvidence, planEvidence, planTasks } from '../../api/plans'
import { Loaded, Nothing } from '../../kit/Loaded'
import { useWords } from '../../kit/words'
import { namesOf } from './difference'
import { EvidenceActions, EvidenceDecision, EvidenceFacts, EvidenceLamp, type SeenPlan } from './Evidence'
import { waitingFirst } from './waiting'

/** All evidence of a plan, for targets and for nodes: what waits to be looked at comes first. */
export function Evidences({ plan }: { plan: Plan }) {
  const { t } = useTranslation()
  const query = useQuery(planEvidence(plan.id))
  const { data: told } = useQuery(planTasks(plan.id))
  const names = useMemo(() => namesOf(plan, told?.data.tasks ?? []), [plan, told])
  return (
    <div className="surface">
      <Loaded query={query} doing={t('plans.evidence-tab')}>
        {({ data: { evidence: list }, etag }) =>
          list.length === 0 ? (
            <Nothing title={t('plans.no-evidence')}>{t('plans.no-evidence-help')}</Nothing>
          ) : (
            <ul className="cards" aria-label={t('plans.evidence-tab')}>
              {waitingFirst(list).map((evidence) => (
                <One key={evidence.number} plan={{ id: plan.id, status: plan.status, etag }} evidence={evidence} name={names.get(evidence.about) ?? evidence.about} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}

function One({ plan, evidence, name }: { plan: SeenPlan; evidence: PlanEvidence; name: string }) {
  const { word } = useWords()
  return (
    <li className="card">
      <div className="card-head">
        <div className="card-title">
          <span className="hint">{word('plan-item', evidence.about.split('/')[0])}</span> <span translate="no">{name}</span>
        </div>
        <EvidenceLamp state={evidence.state} />
      </div>
      <EvidenceFacts plan={plan.id} evidence={evidence} />
      <EvidenceDecision evidence={evidence} />
      <div className="actions actions-start no-print">
        <EvidenceActions plan={plan} evidence={evidence} name={name} />
      </div>
    </li>
  )
}
