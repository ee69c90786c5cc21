import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Entry } from '../../api/ledger'
import { Completeness, Tags } from '../../kit/entry'
import { Section, Tag } from '../../kit/Page'
import { DatasetLink } from '../../kit/Text'
import { useWords } from '../../kit/words'

interface Props {
  entry: Entry
  /** Absent for whoever does not keep the entry. */
  edit: (() => void) | undefined
}

/** What stands beside every tab: how complete the entry is, its labels, what it belongs with. */
export function Rail({ entry, edit }: Props) {
  const { t } = useTranslation()
  const { word } = useWords()
  return (
    <div className="column-side rail">
      <Section
        title={t('entry.completeness')}
        extra={
          edit && (
            <button type="button" className="link-button no-print" onClick={edit}>
              {t('edit.open')}
            </button>
          )
        }
      >
        <Completeness lacks={entry.lacks} />
        {entry.lacks.length > 0 && (
          <ul className="lacks">
            {entry.lacks.map((name) => (
              <li key={name}>{word('element', name)}</li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t('rail.belongs')}>
        <dl className="rail-facts">
          <dt>{t('entry.tags')}</dt>
          <dd>
            <Tags list={entry.tags} />
          </dd>
          <dt>{t('facet.theme')}</dt>
          <dd>{entry.theme ? <Link to={`/catalogue?theme=${encodeURIComponent(entry.theme)}`}>{entry.theme}</Link> : '—'}</dd>
          <dt>{t('facet.point')}</dt>
          <dd>
            {entry.points.length > 0
              ? entry.points.map((point) => (
                  <Link key={point} to={`/catalogue?point=${point}`} className="tag-link">
                    <Tag>{t('packs.point', { point })}</Tag>
                  </Link>
                ))
              : '—'}
          </dd>
          <dt>{t('element.related')}</dt>
          <dd>
            {entry.related.length > 0 ? (
              <ul>
                {entry.related.map((id) => (
                  <li key={id}>
                    <DatasetLink id={id} />
                  </li>
                ))}
              </ul>
            ) : (
              '—'
            )}
          </dd>
        </dl>
      </Section>
    </div>
  )
}
