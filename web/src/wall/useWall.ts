import { useEffect, useState } from 'react'
import { now, onSet } from '../kit/clock'
import { type Wish, nextArea, until } from './wish'

/** Beyond this ratio a wall is several screens side by side, and has 24 columns. */
const WIDE = 2.4
const DESK = { width: 1920, height: 1080 }
const ROOT = 16

/** Letters grow with the screen, so that a wall of any size is read from the same seats. */
export function useScale(): boolean {
  const [isWide, setWide] = useState(isWideNow)
  useEffect(() => {
    const measure = () => {
      const wide = isWideNow()
      const width = DESK.width * (wide ? 2 : 1)
      const scale = Math.min(window.innerWidth / width, window.innerHeight / DESK.height)
      document.documentElement.style.fontSize = `${Math.max(6, ROOT * scale)}px`
      setWide(wide)
    }
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return isWide
}

function isWideNow(): boolean {
  return window.innerWidth / window.innerHeight >= WIDE
}

/** The page is loaded anew at night, when nobody looks, and only while the program answers: a dead page is worse than an old one. */
export function useNightlyReload(reload: Wish['reload']): void {
  useEffect(() => {
    if (!reload) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const RETRY = 60_000
    const load = async () => {
      const isThere = await fetch('/healthz', { cache: 'no-store' }).then((answer) => answer.ok, () => false)
      if (isThere) window.location.reload()
      else timer = setTimeout(() => void load(), RETRY)
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), until(reload, now()))
    }
    wait()
    // The hour is that of the city, of which the program tells a moment later.
    const forget = onSet(wait)
    return () => {
      clearTimeout(timer)
      forget()
    }
  }, [reload])
}

/** The area that is shown now; with a cycle another one each time. */
export function useArea(wish: Wish, areas: { code: string }[] | undefined): string | undefined {
  const [area, setArea] = useState(wish.area)
  useEffect(() => {
    if (!wish.cycle || !areas || areas.length === 0) return undefined
    const timer = setInterval(() => setArea((former) => nextArea(areas, former)), wish.cycle * 1000)
    return () => clearInterval(timer)
  }, [wish.cycle, areas])
  return area
}
