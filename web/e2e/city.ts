import type { APIRequestContext } from '@playwright/test'

/** Addresses of every page, with the ids of the city that the program holds. */
export interface Place {
  name: string
  to: string
}

export const RESIDENTS = 'population.resident'

export async function residentBatch(request: APIRequestContext): Promise<string> {
  const answer = await request.get(`/api/v1/batches?dataset=${RESIDENTS}&limit=100`)
  const { batches } = (await answer.json()) as { batches: { id: string; rows_quarantined: number; rows_in: number; status: string }[] }
  const batch = batches.find((one) => one.status === 'collected' && one.rows_quarantined > 0 && one.rows_in > 1000)
  if (!batch) throw new Error('the city has no batch of residents with a quarantine; start the program with a simulated city')
  return batch.id
}

export async function places(request: APIRequestContext): Promise<Place[]> {
  const batch = await residentBatch(request)
  const dataset = `/datasets/${RESIDENTS}`
  return [
    { name: 'home', to: '/' },
    { name: 'catalogue', to: '/catalogue' },
    { name: 'catalogue-none', to: '/catalogue?q=zzzz' },
    { name: 'dataset-overview', to: dataset },
    { name: 'dataset-fields', to: `${dataset}?tab=fields` },
    { name: 'dataset-sample', to: `${dataset}?tab=sample` },
    { name: 'dataset-quality', to: `${dataset}?tab=quality` },
    { name: 'dataset-batches', to: `${dataset}?tab=batches` },
    { name: 'dataset-versions', to: `${dataset}?tab=versions` },
    { name: 'dataset-references', to: `${dataset}?tab=references` },
    { name: 'deliver', to: '/deliver' },
    { name: 'deliver-result', to: `/deliver?batch=${batch}` },
    { name: 'batches', to: '/batches' },
    { name: 'batch-findings', to: `/batches/${batch}` },
    { name: 'batch-quarantine', to: `/batches/${batch}?tab=quarantine` },
    { name: 'batch-profile', to: `/batches/${batch}?tab=profile` },
    { name: 'batch-reading', to: `/batches/${batch}?tab=reading` },
    { name: 'query', to: '/query' },
    { name: 'packs', to: '/packs' },
    { name: 'problem', to: '/problems/later-batches' },
    { name: 'problem-dataset', to: '/datasets/no.such' },
    { name: 'not-found', to: '/nowhere' },
  ]
}
