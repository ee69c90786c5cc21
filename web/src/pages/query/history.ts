/** Questions that were asked in this browser, newest first. */
export interface Asked {
  sql: string
  at: string
  rows: number
  milliseconds: number
}

const STORED = 'yandu.asked'
const MOST = 50

export function asked(): Asked[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]')
    return Array.isArray(list) ? (list as Asked[]).filter((one) => typeof one?.sql === 'string') : []
  } catch {
    return []
  }
}

export function remember(one: Asked): Asked[] {
  const list = [one, ...asked().filter((other) => other.sql !== one.sql)].slice(0, MOST)
  localStorage.setItem(STORED, JSON.stringify(list))
  return list
}

export function forget(): Asked[] {
  localStorage.removeItem(STORED)
  return []
}
