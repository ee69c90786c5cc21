import Select from 'antd/es/select'
import { type ReactNode, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import type { Board } from '../../api/boards'
import { Block } from '../../board/Block'
import { inOrder } from '../../board/order'
import { staleness } from '../../board/staleness'
import { useMoment } from '../../board/useMoment'
import { useBoard } from '../../board/useBoard'
import { Lamp } from '../../kit/Lamp'
import { Loaded, Nothing } from '../../kit/Loaded'
import { Page } from '../../kit/Page'
import { useKeyName } from '../figures/useDimension'
import { useWorded } from '../declared/worded'

/** A board at a desk: its blocks on a grid of twelve columns, changed as the data change. */
export function BoardPage() {
  const { t } = useTranslation()
  const worded = useWorded()
  const nameOf = useKeyName()
  const { id = '' } = useParams()
  const [address, setAddress] = useSearchParams()
  const area = address.get('area') ?? undefined
  const live = useBoard(id, area)
  const { board } = live
  const setArea = useCallback((code: string | undefined) => setAddress(code ? { area: code } : {}, { replace: true }), [setAddress])
  return (
    <Page
      title={board ? worded(board.title) : id}
      trail={[[t('menu.boards'), '/boards']]}
      about={board?.about && worded(board.about)}
      actions={
        board && (
          <>
            {board.areas.length > 0 && (
              <Select
                aria-label={t('figure.area')}
                className="narrow-select"
                value={area ?? ''}
                onChange={(code: string) => setArea(code || undefined)}
                options={[{ value: '', label: t('board.whole-city') }, ...board.areas.map(({ code, name }) => ({ value: code, label: nameOf({ dimension: 'area', value: code, name: { zh: name } }) }))]}
              />
            )}
            <a className="button-link" href={`/wall/${encodeURIComponent(id)}${area ? `?area=${encodeURIComponent(area)}` : ''}`}>
              {t('board.wall')}
            </a>
          </>
        )
      }
    >
      <Loaded query={{ data: board, error: live.error, isError: !board && Boolean(live.error), isFetching: false, refetch: live.retry }} doing={t('menu.boards')}>
        {(known) => <Content board={known} isConnected={live.isConnected} heardAt={live.heardAt} area={area} setArea={setArea} />}
      </Loaded>
    </Page>
  )
}

interface ContentProps {
  board: Board
  isConnected: boolean
  heardAt: number | undefined
  area: string | undefined
  setArea: (code: string | undefined) => void
}

function Content({ board, isConnected, heardAt, area, setArea }: ContentProps) {
  const { t } = useTranslation()
  const now = useMoment()
  const choose = useCallback((code: string) => setArea(code === area ? undefined : code), [area, setArea])
  if (board.tiles.length === 0) return <Nothing title={t('board.no-tiles')}>{t('board.no-tiles-help')}</Nothing>
  return (
    <>
      <p className="board-state" role="status">
        {isConnected ? <Lamp state="good">{t('board.live')}</Lamp> : <Lamp state="due">{t('board.reconnecting')}</Lamp>}
        {heardAt !== undefined && !isConnected && <span className="hint"> {t('board.heard', { count: Math.max(0, Math.floor((now - heardAt) / 60_000)) })}</span>}
      </p>
      <div className="board">
        {inOrder(board.tiles, false).map((tile) => (
          <Block
            key={tile.id}
            tile={tile}
            isWide={false}
            area={area}
            areas={board.areas}
            stale={staleness(tile.answer, heardAt, now)}
            onArea={choose}
            link={link}
          />
        ))}
      </div>
    </>
  )
}

const link = (to: string, words: ReactNode) => <Link to={to}>{words}</Link>
