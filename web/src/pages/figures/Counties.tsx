import Radio from 'antd/es/radio'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import type { MetricAnswer, MetricAsk, MetricGroup } from '../../api/metrics'
import { Cartogram, type Shown } from '../../kit/Cartogram'
import { useAreas } from '../../kit/areas'
import { tileOf } from '../../kit/cartogram'
import { alike, unitAfter, valueOf } from '../../kit/figure'
import { Nothing } from '../../kit/Loaded'
import { Section } from '../../kit/Page'
import { Hint } from '../../kit/Text'
import { useSpan } from '../../kit/useSpan'
import { type View, filterKey } from './asks'
import { Ranking } from './Ranking'

interface Props {
  answer: MetricAnswer
  view: View
  ask: MetricAsk | undefined
}

/** The areas as a picture and as a ranking. */
export function Counties({ answer, view, ask }: Props) {
  const { t, i18n } = useTranslation()
  const span = useSpan()
  const { tiles, nameOf } = useAreas()
  const [address, setAddress] = useSearchParams()
  const dimension = ask?.by?.[0]?.dimension ?? 'area'
  const known = answer.groups.filter((group) => numberOf(group) !== null)
  const write = alike(known.map((group) => numberOf(group) ?? 0), answer.decimals, i18n.language)
  const values = new Map<string, Shown>(
    known.flatMap((group) => {
      const value = numberOf(group)
      const tile = tileOf(tiles, group.keys[0]?.value ?? '')
      return tile && value !== null ? [[tile.code, { value, words: `${write(value)}${unitAfter(answer.unit)}` }] as const] : []
    }),
  )
  // What the picture shows without a number is in no line of the list beside it.
  const without = tiles.filter(({ code, width }) => (width === 2 || view.level === 'managing') && !values.has(code))
  const numbers = [...values.values()].map(({ value }) => value)
  // Shares lie close together; their shades begin at the least of them.
  const least = answer.unit === '%' && numbers.length > 0 ? Math.min(...numbers) : 0
  const narrowedTo = (code: string) => {
    const next = new URLSearchParams(address)
    next.set(filterKey(dimension), view.level === 'managing' ? (answer.groups.find(({ keys: [key] }) => tileOf(tiles, key?.value ?? '')?.code === code)?.keys[0]?.value ?? code) : code)
    return { search: `?${next.toString()}` }
  }
  const setLevel = (level: string) => {
    const next = new URLSearchParams(address)
    next.set('level', level)
    next.delete(filterKey(dimension))
    setAddress(next, { replace: true })
  }
  return (
    <Section title={t('figure.by-county')} extra={answer.period && span(answer.period)}>
      <Radio.Group
        className="no-print"
        aria-label={t('figure.level')}
        optionType="button"
        size="small"
        value={view.level}
        onChange={(event) => setLevel(String(event.target.value))}
        options={[
          { value: 'county', label: t('figure-level.county') },
          { value: 'managing', label: t('figure-level.managing') },
        ]}
      />
      {known.length === 0 ? (
        <Nothing title={t('figure.no-data')} />
      ) : (
        <div className="figure-counties">
          {values.size > 0 && (
            <Cartogram
              label={t('figure.by-county')}
              values={values}
              most={Math.max(...numbers)}
              least={least}
              to={narrowedTo}
              caption={t('figure.picture')}
              zonesMayLack={view.level !== 'managing'}
            />
          )}
          <div>
            <Ranking label={t('figure.ranking')} names={t('figure.area')} answer={answer} ask={ask} />
            {values.size > 0 && without.length > 0 && <Hint>{t('figure.areas-without', { areas: without.map(({ code }) => nameOf(code)).join(t('app.comma')) })}</Hint>}
          </div>
        </div>
      )}
    </Section>
  )
}

function numberOf(group: MetricGroup): number | null {
  return valueOf(group.points.at(-1))
}
