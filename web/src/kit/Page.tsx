import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useSiteName } from './site'

interface PageProps {
  title: string
  /** Where this page hangs: `[['数据目录', '/catalogue']]`. */
  trail?: [string, string][]
  about?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, trail = [], about, actions, children }: PageProps) {
  const { t } = useTranslation()
  const site = useSiteName()
  useEffect(() => {
    document.title = `${title} · ${site}`
  }, [title, site])
  return (
    <div className="page">
      {trail.length > 0 && (
        <nav aria-label={t('app.trail')} className="trail no-print">
          <ol>
            {trail.map(([name, to]) => (
              <li key={to}>
                <Link to={to}>{name}</Link>
              </li>
            ))}
            <li aria-current="page">{title}</li>
          </ol>
        </nav>
      )}
      <div className="page-head">
        <div className="page-words">
          <h1 tabIndex={-1}>{title}</h1>
          {about && <div className="page-about">{about}</div>}
        </div>
        {actions && <div className="actions no-print">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

interface SectionProps {
  title: string
  extra?: ReactNode
  children: ReactNode
  /** Content that brings its own edges, such as a table. */
  flush?: boolean
}

export function Section({ title, extra, children, flush }: SectionProps) {
  return (
    <section className={`section ${flush ? 'section-flush' : ''}`} aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        {extra && <div className="section-extra">{extra}</div>}
      </div>
      <div className="section-body">{children}</div>
    </section>
  )
}

interface FactsProps {
  items: [string, ReactNode][]
}

export function Facts({ items }: FactsProps) {
  return (
    <dl className="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A tag of our own: antd tints its backgrounds until the text no longer stands out. */
export function Tag({ children, tone }: { children: ReactNode; tone?: 'hard' | 'soft' | 'plain' }) {
  return <span className={`tag tag-${tone ?? 'plain'}`}>{children}</span>
}
