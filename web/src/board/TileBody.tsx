import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { BoardArea, BoardTile } from '../api/boards'
import type { MetricAnswer } from '../api/metrics'
import { useWorded } from '../pages/declared/worded'
import { CountyMap } from './CountyMap'
import { LampsTile } from './LampsTile'
import { NumberTile } from './NumberTile'
import { RankingTile } from './RankingTile'
import { TableTile } from './TableTile'
import { TrendTile } from './TrendTile'

export interface BodyProps {
  tile: BoardTile
  answer: MetricAnswer
  /** The area that the board was opened for, which its numbers are of. */
  area: string | undefined
  /** Those that the board can be opened for. */
  areas: BoardArea[]
}

interface Props {
  tile: BoardTile
  area: string | undefined
  /** Those that the board can be opened for. */
  areas: BoardArea[]
  onArea?: ((code: string) => void) | undefined
  link?: ((to: string, words: ReactNode) => ReactNode) | undefined
}

/** What a block shows; a block without it says why. */
export function TileBody({ tile, area, areas, onArea, link }: Props) {
  const { t } = useTranslation()
  const worded = useWorded()
  const { answer, lamps, problem } = tile
  if (tile.kind === 'text') return <p className="block-text">{tile.text ? worded(tile.text) : ''}</p>
  if (lamps) return <LampsTile lamps={lamps} area={area} link={link} />
  if (problem?.code === 'no-plan') return <p className="block-empty">{t('board.no-plan')}</p>
  if (problem?.status === 401 || problem?.status === 403) return <p className="block-empty">{t('board.forbidden')}</p>
  if (problem) {
    return (
      <div className="block-empty">
        <p>{t('board.failed')}</p>
        <p className="code">{problem.code}</p>
      </div>
    )
  }
  if (!answer?.period || answer.groups.length === 0) return <p className="block-empty">{t('figure.no-data')}</p>
  switch (tile.kind) {
    case 'number':
      return <NumberTile tile={tile} answer={answer} area={area} areas={areas} />
    case 'trend':
      return <TrendTile tile={tile} answer={answer} area={area} areas={areas} />
    case 'ranking':
      return <RankingTile tile={tile} answer={answer} area={area} areas={areas} />
    case 'map':
      return <CountyMap answer={answer} label={answer.title} area={area} areas={areas} onArea={onArea} />
    case 'table':
      return <TableTile tile={tile} answer={answer} area={area} areas={areas} />
    default:
      return <p className="block-empty">{t('board.unknown-kind')}</p>
  }
}
