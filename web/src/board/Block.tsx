import { type ReactNode, memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoardArea, BoardTile } from '../api/boards'
import { useWorded } from '../pages/declared/worded'
import { useSpan } from '../kit/useSpan'
import { tileAddress } from './address'
import { slotOf } from './order'
import { Placed } from './Placed'
import { TileBody } from './TileBody'

interface Props {
  tile: BoardTile
  isWide: boolean
  area: string | undefined
  /** Those that the board can be opened for. */
  areas: BoardArea[]
  stale: 'late' | 'unheard' | undefined
  onArea?: ((code: string) => void) | undefined
  /** Makes words lead to an address. */
  link?: ((to: string, words: ReactNode) => ReactNode) | undefined
}

/** One block of a board: its title, what it shows, and how old that is. */
export const Block = memo(function Block({ tile, isWide, area, areas, stale, onArea, link }: Props) {
  const worded = useWorded()
  const given = tile.title ?? tile.answer?.title
  const title = given ? worded(given) : tile.id
  const to = tileAddress(tile, area)
  return (
    <Placed slot={slotOf(tile, isWide)} label={title} className={`block block-of-${tile.kind} ${stale ? 'block-stale' : ''}`}>
      {(given || tile.kind !== 'text') && <h2 className="block-title">{link && to ? link(to, title) : title}</h2>}
      <div className="block-body">
        <TileBody tile={tile} area={area} areas={areas} onArea={onArea} link={link} />
      </div>
      {tile.kind !== 'text' && <Age tile={tile} />}
    </Placed>
  )
})

/** The age of the data, always in sight; late data and missing areas are said in words. */
function Age({ tile: { answer, lamps } }: { tile: BoardTile }) {
  const { t } = useTranslation()
  const span = useSpan()
  if (lamps) {
    return (
      <p className="block-age">
        <span translate="no">{lamps.title ?? lamps.plan}</span>
        <span>{t('board.on-day', { day: lamps.day })}</span>
      </p>
    )
  }
  if (!answer?.freshness.newest) return null
  const { freshness, gaps, restated, is_part: isPart } = answer
  const point = answer.groups[0]?.points.at(-1)
  const age = freshness.age_days ?? 0
  return (
    <p className="block-age">
      <span>
        {answer.period && span(answer.period)}
        {point?.partial && point.through && point.through !== answer.period && ` ${t('board.until', { through: span(point.through) })}`}
      </span>
      {typeof freshness.late_days === 'number' ? (
        <strong className="age-late">■ {t('board.late', { count: freshness.late_days })}</strong>
      ) : (
        <span>{age < 0 ? t('board.running') : t('board.age', { count: age })}</span>
      )}
      {gaps.length > 0 && (
        // A block has no room for the month as well; the page of the number tells it.
        <span className="age-gaps" title={span(gaps[0]?.period)}>
          ▲ {t('board.gaps', { count: gaps.length })}
        </span>
      )}
      {restated && <span>◆ {t('board.restated')}</span>}
      {isPart && <span>◐ {t('board.part')}</span>}
    </p>
  )
}
