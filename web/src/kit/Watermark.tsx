import { useEffect, useRef } from 'react'
import * as format from './format'
import { useNow } from './useNow'
import { useSession } from './useSession'

/** Who looks at the data and when, across the page and on paper: a photograph of the screen says whose it was. */
export function Watermark() {
  const { name } = useSession()
  const now = useNow()
  const place = useRef<HTMLDivElement>(null)
  const words = `${name} ${format.time(new Date(now))}`
  useEffect(() => place.current?.style.setProperty('background-image', `url("${picture(words)}")`), [words])
  return <div ref={place} className="watermark" aria-hidden="true" />
}

function picture(words: string): string {
  const safe = words.replace(/[<>&"']/g, ' ')
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='340' height='200'><text x='20' y='120' transform='rotate(-20 170 100)' font-family='sans-serif' font-size='15' fill='#1d2733' fill-opacity='0.055'>${safe}</text></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
