import { type Board, type BoardChange, boardPath } from '../api/boards'
import { got } from '../api/call'
import { follow } from './events'

export interface Live {
  board: Board | undefined
  error: unknown
  /** Whether changes come as they happen. */
  isConnected: boolean
  /** When the program was heard of last, by the clock of the browser. */
  heardAt: number | undefined
}

/** The program says something every 15 seconds; after this long the line is dead. */
const SILENCE = 45_000
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 30_000

/** Puts changed tiles into their places. What the board does not have any more stays until it is read whole again. */
export function merged(board: Board, change: BoardChange): Board {
  if (change.data_version === board.data_version) return board
  const changed = new Map(change.tiles.map((tile) => [tile.id, tile]))
  return { ...board, data_version: change.data_version, tiles: board.tiles.map((tile) => changed.get(tile.id) ?? tile) }
}

/** How long to wait before the line is tried again, longer each time, so that a hundred walls do not come back at once. */
export function waitBefore(attempt: number, chance = Math.random()): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.5 + chance / 2)
}

/** Keeps one board up to date until it is stopped: read whole, then changed tile by tile, read whole again after each break. */
export function keep(id: string, area: string | undefined, changed: (live: Live) => void): () => void {
  let live: Live = { board: undefined, error: undefined, isConnected: false, heardAt: undefined }
  let isStopped = false
  let line = new AbortController()
  let silence: ReturnType<typeof setTimeout> | undefined
  let pause: ReturnType<typeof setTimeout> | undefined
  const set = (some: Partial<Live>) => {
    live = { ...live, ...some }
    if (!isStopped) changed(live)
  }
  const listen = () => {
    clearTimeout(silence)
    silence = setTimeout(() => line.abort(), SILENCE)
  }
  const round = async (attempt: number): Promise<void> => {
    line = new AbortController()
    let tries = attempt
    try {
      listen()
      const board = await got<Board>(boardPath(id, area), { signal: line.signal })
      set({ board, error: undefined, heardAt: Date.now() })
      await follow(
        boardPath(id, area, '/changes'),
        line.signal,
        () => {
          tries = 0
          listen()
          // A sign of life alone is worth no drawing; the age is told to the half minute.
          if (!live.isConnected || Date.now() - (live.heardAt ?? 0) > 10_000) set({ isConnected: true, heardAt: Date.now() })
        },
        ({ event, data }) => {
          if (event === 'tiles' && live.board) set({ board: merged(live.board, JSON.parse(data) as BoardChange), heardAt: Date.now() })
        },
      )
      set({ isConnected: false })
    } catch (error) {
      if (isStopped) return
      set({ isConnected: false, error: live.board ? undefined : error })
    }
    clearTimeout(silence)
    if (!isStopped) pause = setTimeout(() => void round(tries + 1), waitBefore(tries))
  }
  void round(0)
  return () => {
    isStopped = true
    line.abort()
    clearTimeout(silence)
    clearTimeout(pause)
  }
}
