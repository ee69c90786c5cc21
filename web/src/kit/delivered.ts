import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { sources } from '../api/queries'
import type { Batch, Source } from '../api/types'

const NONE: Source[] = []

type Delivery = Pick<Batch, 'delivered_as' | 'source'>

/** What a delivery is called: a file by its name, what was fetched from a database or an API by the title of its source. */
export function deliveredAs(batch: Delivery, all: Pick<Source, 'id' | 'title' | 'channel'>[]): string {
  const source = all.find(({ id }) => id === batch.source)
  const isFile = /\.[a-z]{2,5}$/i.test(batch.delivered_as) && !batch.delivered_as.includes('://')
  return source && !isFile && ['http', 'sql'].includes(source.channel) ? source.title : (batch.delivered_as.split('/').at(-1) ?? '')
}

export function useDeliveredAs(): (batch: Delivery) => string {
  const { data = NONE } = useQuery({ ...sources, staleTime: 60_000 })
  return useCallback((batch: Delivery) => deliveredAs(batch, data), [data])
}
