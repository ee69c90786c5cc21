/** What the address of a wall asks for: `/wall/telecom.network?area=320902&cycle=30&reload=04:00`. */
export interface Wish {
  board: string
  area: string | undefined
  /** Seconds until the next county; none when the wall stays. */
  cycle: number | undefined
  /** Hour and minute of the night at which the page is loaded anew. */
  reload: { hour: number; minute: number } | undefined
}

/** Faster than this nobody can read a board. */
const SHORTEST_CYCLE = 10
const LONGEST_CYCLE = 3_600
const USUAL_RELOAD = '04:00'

export function wishOf(path: string, asked: URLSearchParams): Wish {
  const [, board = ''] = /^\/wall\/([^/]+)\/?$/.exec(path) ?? []
  const seconds = Number(asked.get('cycle') ?? NaN)
  return {
    board: decoded(board),
    area: asked.get('area') ?? undefined,
    cycle: seconds > 0 ? Math.min(LONGEST_CYCLE, Math.max(SHORTEST_CYCLE, seconds)) : undefined,
    reload: hourOf(asked.get('reload') ?? USUAL_RELOAD),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function hourOf(text: string): Wish['reload'] {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? []
  const at = { hour: Number(hour), minute: Number(minute) }
  return at.hour < 24 && at.minute < 60 ? at : undefined
}

/** The city lies eight hours east of the meridian all year. */
const AHEAD = 8 * 3_600_000
const DAY = 86_400_000

/** How long until that hour comes in the city; a whole day when it is now. */
export function until({ hour, minute }: { hour: number; minute: number }, now: number): number {
  const today = (now + AHEAD) % DAY
  const wanted = (hour * 60 + minute) * 60_000
  return wanted > today ? wanted - today : wanted - today + DAY
}

/** The whole city, then each of its areas, then the city again. */
export function nextArea(areas: { code: string }[], area: string | undefined): string | undefined {
  const at = areas.findIndex(({ code }) => code === area)
  return areas[at + 1]?.code
}
