import { useTranslation } from 'react-i18next'
import type { Entry } from '../../api/ledger'
import { type Column, DataTable } from '../../kit/DataTable'
import { Lamp } from '../../kit/Lamp'
import { Score } from '../../kit/Text'
import { useWords } from '../../kit/words'
import { type Duty, duties, toldWhenLate } from './duties'

/** 责任清单: each duty, who has it, by what standard, and whether it is done. */
export function Duties({ entry }: { entry: Entry }) {
  const { t } = useTranslation()
  const { word } = useWords()
  const detail = (duty: Duty['duty']) => {
    switch (duty) {
      case 'own':
        return entry.owner
      case 'steward':
        return entry.steward ?? t('dataset.unnamed')
      case 'contact':
        return entry.contact ?? t('lineage.no-phone')
      case 'catalogue':
        return entry.lacks.length === 0 ? t('entry.complete') : entry.lacks.map((name) => word('element', name)).join(t('app.comma'))
      case 'refresh':
        return word('refresh', entry.refresh)
      case 'told':
        return toldWhenLate(entry) ?? t('dataset.unnamed')
      case 'quality':
        return <Score value={entry.facts.score} />
      default:
        return entry.sharing.basis ?? t('duty.no-basis')
    }
  }
  const columns: Column<Duty>[] = [
    { key: 'duty', title: t('duty.one'), render: ({ duty }) => t(`duty.${duty}`) },
    { key: 'who', title: t('duty.who'), render: ({ duty }) => (duty === 'quality' || duty === 'catalogue' ? (entry.steward ?? entry.owner) : entry.owner) },
    { key: 'detail', title: t('duty.detail'), full: true, render: ({ duty }) => <span className="wrap">{detail(duty)}</span> },
    {
      key: 'done',
      title: t('duty.state'),
      render: ({ done }) =>
        done === undefined ? (
          <Lamp state="absent">{t('duty.unknown')}</Lamp>
        ) : (
          <Lamp state={done ? 'good' : 'late'}>{t(done ? 'duty.done' : 'duty.open')}</Lamp>
        ),
    },
  ]
  return <DataTable label={t('dataset.duty-list')} columns={columns} rows={duties(entry)} rowKey={({ duty }) => duty} empty={null} />
}
