import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'
import type { Block } from './structure'

/** Chapters and points, to go to one at once. */
export function Outline({ blocks }: { blocks: Block[] }) {
  const { t } = useTranslation()
  const { search } = useLocation()
  const lines = blocks.filter(({ kind, head }) => kind !== 'other' && head.length > 0)
  return (
    <nav className="plan-outline no-print" aria-label={t('plans.outline')}>
      <ol lang="zh-CN" translate="no">
        {lines.map(({ kind, key, head, point }) => (
          <li key={key} className={`plan-outline-${kind}`}>
            <Link to={{ search, hash: point ? `point-${point.number}` : key }}>{point ? `${head[0]?.text ?? ''}${point.title}` : head.map(({ text }) => text).join('')}</Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}
