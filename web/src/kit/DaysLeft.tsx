import { useTranslation } from 'react-i18next'

/** How many days are left to a date, or how many have gone by since. */
export function DaysLeft({ days }: { days: number }) {
  const { t } = useTranslation()
  if (days === 0) return <span>{t('board.days-today')}</span>
  return <span className="num">{t(days < 0 ? 'board.days-over' : 'board.days-left', { count: Math.abs(days) })}</span>
}
