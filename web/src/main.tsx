import './shell/nonce'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { session } from './api/access'
import { ApiError } from './api/errors'
import { start } from './i18n'
import texts from 'texts:shell'
import { setClock } from './kit/clock'
import { Look } from './shell/Look'
import { router } from './shell/routes'
import './theme/base.css'
import './theme/kit.css'
import './theme/mark.css'
import './theme/spine.css'
import './theme/plan.css'
import './theme/paper.css'
import './theme/board.css'
import './theme/access.css'
import './theme/print.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The browser's word about the network is often wrong inside an office; the request itself tells.
      networkMode: 'always',
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.problem.status === 0,
      retryDelay: 700,
    },
    mutations: { networkMode: 'always' },
  },
})

void setClock()
// Nothing is shown before it is known who asks.
void queries.prefetchQuery(session)
await start(texts)
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Look>
        <RouterProvider router={router} />
      </Look>
    </QueryClientProvider>
  </StrictMode>,
)
