import Button from 'antd/es/button'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Plan, type PlanNode, type PlanTask, documentOfPlan } from '../../api/plans'
import { ProblemPanel } from '../../kit/Problem'
import { ReasonDialog } from '../../kit/ReasonDialog'
import { useSession } from '../../kit/useSession'
import { Decided } from './Decided'
import { MovedMeanwhile } from './MovedMeanwhile'
import { WorkLamp } from './PlanLamp'
import type { Seen } from './holding'
import { useStep } from './useStep'

interface Props {
  plan: Plan
  etag: string | undefined
  task: PlanTask
  /** Asks when a node was finished. */
  finish: (node: PlanNode) => void
  /** Opens a node, or a new one; absent where nodes may not be edited. */
  edit: ((node: PlanNode | undefined) => void) | undefined
}

type Kind = 'begin' | 'finish' | 'reopen'

/** Whether nobody has said that it is finished, and its target does not show it. */
const isOpen = ({ finished, standing }: PlanNode) => !finished && !standing?.closed_on

/** 节点化推进: the dated steps of a task, and what becomes of each. */
export function NodeList({ plan, etag, task, finish, edit }: Props) {
  const { t } = useTranslation()
  // What is asked about stays what it was seen as, until it is told how it stands now.
  const [reopened, setReopened] = useState<Seen<PlanNode>>()
  const { step, other } = useStep(
    plan,
    () => setReopened(undefined),
    (seen) => setReopened((asked) => asked && seen),
  )
  const { may } = useSession()
  const canStep = plan.status === 'approved' && (may('edit-plan') || may('report-plan'))
  const steps = (node: PlanNode) =>
    canStep && !node.standing?.is_measured ? (
      <>
        {isOpen(node) && !node.begun && <StepButton node={node} step="begin" busy={step.isPending} go={() => step.mutate({ seen: { about: node, etag }, prepare: () => ({ step: 'begin' }) })} />}
        {isOpen(node) && <StepButton node={node} step="finish" busy={step.isPending} go={() => finish(node)} />}
        {node.finished && (
          <StepButton
            node={node}
            step="reopen"
            busy={step.isPending}
            go={() => {
              step.reset()
              setReopened({ about: node, etag })
            }}
          />
        )}
      </>
    ) : undefined
  return (
    <div className="plan-nodes">
      {task.nodes.length === 0 && <p className="hint">{t('plans.no-nodes')}</p>}
      <ul aria-label={t('plans.nodes-of', { title: task.title })} hidden={task.nodes.length === 0}>
        {task.nodes.map((node) => (
          <li key={node.id}>
            <span className="hint num">{node.id}</span>
            <span translate="no">{node.title}</span>
            <span className="num">{t('plans.due', { day: node.due })}</span>
            {node.deliverable && (
              <span className="hint">
                {t('plans.deliverable')} <span translate="no">{node.deliverable}</span>
              </span>
            )}
            {typeof node.share === 'number' && <span className="hint num">{t('plans.node-share', { share: Math.round(node.share * 100) })}</span>}
            {node.standing && <WorkLamp lamp={node.standing.lamp} />}
            {node.standing?.is_measured && <span className="hint">{t('plans.measured')}</span>}
            {node.finished ? (
              <Finished plan={plan.id} finished={node.finished} />
            ) : node.standing?.closed_on ? (
              <span className="hint num">{t('plans.finished-on', { day: node.standing.closed_on })}</span>
            ) : (
              node.begun && <Decided by={node.begun} />
            )}
            {(steps(node) || edit) && (
              <span className="actions">
                {steps(node)}
                {edit && (
                  <Button size="small" aria-label={t('plans.node-edit-of', { title: node.title })} onClick={() => edit(node)}>
                    {t('plans.edit')}
                  </Button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {edit && (
        <p className="actions actions-start no-print">
          <Button size="small" aria-label={t('plans.node-add-to', { title: task.title })} onClick={() => edit(undefined)}>
            {t('plans.node-add')}
          </Button>
        </p>
      )}
      {step.isError && !reopened && (other ? <MovedMeanwhile node={other} /> : <ProblemPanel error={step.error} doing={t('plans.nodes')} />)}
      {reopened && (
        <ReasonDialog
          title={t('plans.step-reopen-of', { title: reopened.about.title })}
          confirm={t('plans.step-reopen')}
          stock={[t('plans.stock-unit'), t('plans.stock-meeting')]}
          busy={step.isPending}
          error={other ? null : step.error}
          onConfirm={(reason) => step.mutate({ seen: reopened, prepare: () => ({ step: 'reopen', reason }) })}
          onClose={() => {
            step.reset()
            setReopened(undefined)
          }}
          {...(step.isError && other && !other.finished && { over: <MovedMeanwhile node={other} /> })}
        >
          {step.isError && other?.finished && <MovedMeanwhile node={other} />}
        </ReasonDialog>
      )}
    </div>
  )
}

/** On which day, by whom, and what shows it. */
function Finished({ plan, finished: { on, by, documents } }: { plan: string; finished: NonNullable<PlanNode['finished']> }) {
  const { t } = useTranslation()
  return (
    <>
      <span className="hint num">{t('plans.finished-on', { day: on })}</span>
      <Decided by={by} />
      {documents.map((hash, at) => (
        <a key={hash} href={documentOfPlan(plan, hash)} download>
          {t('plans.document-n', { number: at + 1 })}
        </a>
      ))}
    </>
  )
}

interface ButtonProps {
  node: PlanNode
  step: Kind
  busy: boolean
  go: () => void
}

function StepButton({ node, step, busy, go }: ButtonProps) {
  const { t } = useTranslation()
  return (
    <Button size="small" disabled={busy} aria-label={t(`plans.step-${step}-of`, { title: node.title })} onClick={go}>
      {t(`plans.step-${step}`)}
    </Button>
  )
}
