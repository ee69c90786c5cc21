import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Who } from '../api/access'
import type { Board, BoardArea } from '../api/boards'
import { got } from '../api/call'
import { problemOf } from '../api/errors'
import { Block } from '../board/Block'
import { inOrder, rowsOf, spread } from '../board/order'
import { staleness } from '../board/staleness'
import { useMoment } from '../board/useMoment'
import { useBoard } from '../board/useBoard'
import * as format from '../kit/format'
import { now } from '../kit/clock'
import { Mark } from '../kit/Mark'
import { useReaderName } from '../kit/useReaderName'
import { useWorded } from '../pages/declared/worded'
import { useKeyName } from '../pages/figures/useDimension'
import type { Wish } from './wish'
import { useArea, useNightlyReload, useScale } from './useWall'

/** A board on a wall: read from five metres, for months. Nobody need press anything; who has a mouse can follow a number. */
export function Wall({ wish }: { wish: Wish }) {
  const { t } = useTranslation()
  const worded = useWorded()
  const nameOf = useKeyName()
  const isWide = useScale()
  useNightlyReload(wish.reload)
  const [areas, setAreas] = useState<BoardArea[]>()
  const area = useArea(wish, areas)
  const live = useBoard(wish.board, area)
  const { board } = live
  useEffect(() => {
    if (board) setAreas((former) => (same(former, board.areas) ? former : board.areas))
  }, [board])
  const title = board ? worded(board.title) : t('wall.title')
  useEffect(() => {
    document.title = title
  }, [title])
  if (wish.board === '') return <Message title={t('wall.none')} />
  if (!board) return live.error ? <Failure error={live.error} /> : <Message title={t('wall.loading')} isBusy />
  return (
    <div className={isWide ? 'wall wall-of-two' : 'wall'}>
      <header className="wall-head">
        <h1>
          {title}
          <span className="wall-area">{board.area ? nameOf({ dimension: 'area', value: board.area.code, name: { zh: board.area.name } }) : t('board.whole-city')}</span>
        </h1>
        {wish.cycle && areas && areas.length > 0 && <span className="wall-cycle">{t('wall.cycle', { seconds: wish.cycle })}</span>}
        <State isConnected={live.isConnected} heardAt={live.heardAt} />
        <Clock />
      </header>
      <Blocks board={board} isWide={isWide} heardAt={live.heardAt} />
      <Reader isConnected={live.isConnected} />
    </div>
  )
}

/** In more rows than these letters and gaps have to be smaller. */
const ROOMY_ROWS = 6

/**
 * Marks the wall with whoever is logged in at it. That is asked with each connection and not by a clock, which would keep a login
 * alive that nobody uses.
 */
function Reader({ isConnected }: { isConnected: boolean }) {
  const nameOf = useReaderName()
  const [who, setWho] = useState<Who>()
  useEffect(() => {
    const stop = new AbortController()
    // While nobody answers the mark stays with the numbers that were read.
    void got<Who>('/session', { signal: stop.signal }).then(setWho, () => undefined)
    return () => stop.abort()
  }, [isConnected])
  return who && <Mark name={nameOf(who)} isDark />
}

function Blocks({ board, isWide, heardAt }: { board: Board; isWide: boolean; heardAt: number | undefined }) {
  const { t } = useTranslation()
  const moment = useMoment()
  const place = useRef<HTMLElement>(null)
  const tiles = useMemo(() => inOrder(isWide ? spread(board.tiles) : board.tiles, isWide), [board.tiles, isWide])
  const rows = rowsOf(tiles, isWide)
  useLayoutEffect(() => place.current?.style.setProperty('--rows', String(rows)), [rows])
  return (
    <main ref={place} className={isWide ? 'wall-board wall-wide' : 'wall-board'} data-dense={rows > ROOMY_ROWS ? 'yes' : undefined}>
      {tiles.length === 0 && <p className="wall-message">{t('board.no-tiles')}</p>}
      {tiles.map((tile) => (
        <Block key={tile.id} tile={tile} isWide={isWide} area={board.area?.code} areas={board.areas} stale={staleness(tile.answer, heardAt, moment)} link={beside} />
      ))}
    </main>
  )
}

/** Leads to a page beside the wall, which stays as it is. */
function beside(to: string, words: ReactNode) {
  return (
    <a href={to} target="_blank" rel="noreferrer">
      {words}
    </a>
  )
}

/** Whether what is shown is what is: a wall that lies quietly is worse than a dark one. */
function State({ isConnected, heardAt }: { isConnected: boolean; heardAt: number | undefined }) {
  const { t } = useTranslation()
  const moment = useMoment()
  if (isConnected) return <span className="wall-state wall-live">● {t('wall.live')}</span>
  const minutes = heardAt === undefined ? 0 : Math.floor((moment - heardAt) / 60_000)
  return (
    <strong className="wall-state wall-lost" role="alert">
      ■ {minutes > 0 ? t('wall.lost', { minutes }) : t('wall.lost-now')}
    </strong>
  )
}

const TICK = 1_000

function Clock() {
  const [moment, setMoment] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setMoment(now()), TICK)
    return () => clearInterval(timer)
  }, [])
  const text = format.time(new Date(moment), true)
  return (
    <time className="wall-clock num" dateTime={new Date(moment).toISOString()}>
      {text}
    </time>
  )
}

function Failure({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const problem = problemOf(error)
  const isForbidden = problem.status === 401 || problem.status === 403
  return (
    <div className="wall-message" role="alert">
      <h1>{t(isForbidden ? 'board.forbidden' : 'board.failed')}</h1>
      <p className="code">{problem.code}</p>
      <p lang="en">{problem.detail}</p>
      {problem.code === 'login-needed' && (
        <p>
          <a href={`/login?to=${encodeURIComponent(window.location.pathname + window.location.search)}`}>{t('login.do')}</a>
        </p>
      )}
      <p>{t('wall.retry')}</p>
    </div>
  )
}

function Message({ title, isBusy }: { title: string; isBusy?: boolean }) {
  return (
    <div className="wall-message" role="status" aria-busy={isBusy ?? false}>
      <h1>{title}</h1>
    </div>
  )
}

function same(one: BoardArea[] | undefined, other: BoardArea[]): boolean {
  return one?.map(({ code }) => code).join() === other.map(({ code }) => code).join()
}
