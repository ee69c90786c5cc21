import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueryClient } from '@tanstack/react-query'
import { type Plan, type PlanEvidence, documentOfPlan, judgeEvidence, planEvidence } from '../../api/plans'
import { Lamp } from '../../kit/Lamp'
import type { LampState } from '../../kit/lamp'
import { useSession } from '../../kit/useSession'
import { useWords } from '../../kit/words'
import { Decide } from './Decide'
import { Decided } from './Decided'
import { useFigureWords } from './useFigureWords'

/** What is seen of a plan, and in which revision. */
export type SeenPlan = Pick<Plan, 'id' | 'status'> & { etag: string | undefined }

const LAMPS: Record<string, LampState> = { submitted: 'due', accepted: 'good', returned: 'bad' }

export function EvidenceLamp({ state }: { state: string }) {
  const { word } = useWords()
  return <Lamp state={LAMPS[state] ?? 'absent'}>{word('plan-evidence', state)}</Lamp>
}

/** All that was handed in: the figure with its day and where it comes from, what is said of it, the documents, and by whom. */
export function EvidenceFacts({ plan, evidence }: { plan: string; evidence: PlanEvidence }) {
  const { t } = useTranslation()
  const words = useFigureWords()
  const { on, value, source, note, documents } = evidence
  const facts = [
    [t('plans.evidence-on'), on],
    [t('plans.evidence-value'), typeof value === 'number' ? words.measured(value) : undefined],
    [t('plans.evidence-from'), source],
    [t('plans.evidence-note'), note],
  ] as const
  return (
    <dl className="facts plan-evidence">
      {facts.map(
        ([name, said]) =>
          said && (
            <div key={name}>
              <dt>{name}</dt>
              <dd translate="no">{said}</dd>
            </div>
          ),
      )}
      {documents.length > 0 && (
        <div>
          <dt>{t('plans.evidence-files')}</dt>
          <dd className="plan-documents">
            {documents.map(({ hash, name }) => (
              <a key={hash} href={documentOfPlan(plan, hash)} download translate="no">
                {name}
              </a>
            ))}
          </dd>
        </div>
      )}
      <div>
        <dt>{t('plans.evidence-by')}</dt>
        <dd>
          <Decided by={evidence.submitted} />
        </dd>
      </div>
    </dl>
  )
}

/** Why it was returned, or by whom it was accepted. */
export function EvidenceDecision({ evidence: { state, decided } }: { evidence: PlanEvidence }) {
  const { t } = useTranslation()
  if (!decided || state === 'submitted') return null
  return (
    <div className="plan-state-line">
      <span className={state === 'returned' ? 'warning-text' : 'hint'}>{t(state === 'returned' ? 'plans.evidence-why-returned' : 'plans.evidence-decided')}</span>
      <Decided by={decided} />
    </div>
  )
}

interface ActionsProps {
  plan: SeenPlan
  evidence: PlanEvidence
  /** What it is to prove. */
  name: string
}

/** What may be decided about it. What was accepted may be returned later, and what it closed is open again. */
export function EvidenceActions({ plan, evidence, name }: ActionsProps) {
  const { t } = useTranslation()
  const { who, may } = useSession()
  const [accepts, setAccepts] = useState<boolean>()
  const isOwn = who.account?.id === evidence.submitted.who
  const isWaiting = evidence.state === 'submitted'
  return (
    <>
      {plan.status === 'approved' && may('edit-plan') && (
        <>
          {isWaiting && !isOwn && (
            <Button size="small" aria-label={t('plans.evidence-accept-of', { literal: name })} onClick={() => setAccepts(true)}>
              {t('plans.evidence-accept')}
            </Button>
          )}
          {evidence.state !== 'returned' && (
            <Button size="small" aria-label={t('plans.evidence-return-of', { literal: name })} onClick={() => setAccepts(false)}>
              {t('plans.evidence-return')}
            </Button>
          )}
          {isWaiting && isOwn && <span className="hint">{t('plans.evidence-own')}</span>}
        </>
      )}
      {accepts !== undefined && <Judge plan={plan} evidence={evidence} name={name} accepts={accepts} onClose={() => setAccepts(undefined)} />}
    </>
  )
}

function Judge({ plan, evidence, name, accepts, onClose }: ActionsProps & { accepts: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const queries = useQueryClient()
  // What is asked about stays what it was, whatever is handed in meanwhile, until it is told how it stands now.
  const [asked, setAsked] = useState(evidence)
  return (
    <Decide
      plan={plan.id}
      etag={plan.etag}
      seen={asked}
      title={t(accepts ? 'plans.evidence-accept-of' : 'plans.evidence-return-of', { literal: name })}
      confirm={t(accepts ? 'plans.evidence-accept' : 'plans.evidence-return')}
      stock={[t(accepts ? 'plans.stock-evidence' : 'plans.stock-incomplete')]}
      send={(reason, match) => judgeEvidence(plan.id, asked.number, accepts, reason, match)}
      again={async () => {
        const { data, etag } = await queries.fetchQuery({ ...planEvidence(plan.id), staleTime: 0 })
        const now = data.evidence.find(({ number }) => number === asked.number)
        if (now) setAsked(now)
        return { now, etag }
      }}
      isOpen={({ state }) => state !== (accepts ? 'accepted' : 'returned')}
      told={(state) => word('plan-evidence', state)}
      onClose={onClose}
    >
      {!accepts && asked.state === 'accepted' && <p className="note">{t('plans.evidence-return-accepted')}</p>}
      <EvidenceFacts plan={plan.id} evidence={asked} />
    </Decide>
  )
}
