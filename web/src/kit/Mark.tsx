import { useEffect, useRef } from 'react'
import * as format from './format'
import { useNow } from './useNow'

const DARK_ON_LIGHT = { ink: '#1d2733', strength: 0.055 }
const LIGHT_ON_DARK = { ink: '#e6eef7', strength: 0.09 }

/** A name and the time, faint across the page and on paper: a photograph of the screen says whose it was. */
export function Mark({ name, isDark = false }: { name: string; isDark?: boolean }) {
  const now = useNow()
  const place = useRef<HTMLDivElement>(null)
  const words = `${name} ${format.time(new Date(now))}`
  useEffect(() => {
    place.current?.style.setProperty('background-image', `url("${picture(words, isDark ? LIGHT_ON_DARK : DARK_ON_LIGHT)}")`)
  }, [words, isDark])
  return <div ref={place} className="watermark" aria-hidden="true" />
}

function picture(words: string, { ink, strength }: { ink: string; strength: number }): string {
  const safe = words.replace(/[<>&"']/g, ' ')
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 340 200' width='340' height='200'><text x='20' y='120' transform='rotate(-20 170 100)' font-family='sans-serif' font-size='15' fill='${ink}' fill-opacity='${strength}'>${safe}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
