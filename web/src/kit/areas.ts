import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { got } from '../api/call'
import type { components } from '../api/schema'
import { type Area, type Tile, layout, tileOf } from './cartogram'

/** The areas of the city are those that the program tells: asked for once, by desks and walls alike. */
let areas: Area[] = []
let asking: Promise<void> | undefined
const waiting = new Set<() => void>()

export interface Areas {
  tiles: Tile[]
  /** The area of a code, or of the unit that manages it. */
  areaOf: (area: string) => Area | undefined
  /** What it is called; as the program gave it where nobody knows. */
  nameOf: (area: string) => string
  /** The code of the city itself. */
  city: string | undefined
}

export function setAreas(told: Area[]): void {
  areas = told
  waiting.forEach((changed) => changed())
}

/** The areas of the city in the language of the reader. */
export function useAreas(): Areas {
  const { i18n } = useTranslation()
  const told = useSyncExternalStore(onSet, () => areas)
  useEffect(ask, [])
  return useMemo(() => areasOf(told, i18n.language), [told, i18n.language])
}

export function areasOf(told: Area[], language: string): Areas {
  const areaOf = (area: string) => tileOf(told, area)
  return {
    tiles: layout(told),
    areaOf,
    nameOf: (area) => {
      const name = areaOf(area)?.name
      return (language === 'en' ? name?.en : undefined) ?? name?.zh ?? area
    },
    city: told.find(({ is_city }) => is_city)?.code,
  }
}

function onSet(changed: () => void): () => void {
  waiting.add(changed)
  return () => waiting.delete(changed)
}

function ask(): void {
  asking ??= got<components['schemas']['AreaList']>('/areas').then(
    (list) => {
      setAreas(list.areas)
      // The registers of a new city come a moment after it has started.
      if (list.areas.length === 0) asking = undefined
    },
    () => {
      asking = undefined
    },
  )
}
