import { createBrowserRouter } from 'react-router'
import { PageFailed } from './PageFailed'
import { Shell } from './Shell'
import { Waiting } from '../kit/Loaded'

/** Every page is a chunk of its own, fetched when it is first opened. */
export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <PageFailed />,
    hydrateFallbackElement: <Waiting />,
    children: [
      { errorElement: <PageFailed />, children: [
        { index: true, lazy: async () => ({ Component: (await import('../pages/home/Home')).Home }) },
        { path: 'catalogue', lazy: async () => ({ Component: (await import('../pages/catalogue/Catalogue')).Catalogue }) },
        { path: 'datasets/:id', lazy: async () => ({ Component: (await import('../pages/dataset/Dataset')).Dataset }) },
        { path: 'deliver', lazy: async () => ({ Component: (await import('../pages/deliver/Deliver')).Deliver }) },
        { path: 'batches', lazy: async () => ({ Component: (await import('../pages/batches/Batches')).Batches }) },
        { path: 'batches/:id', lazy: async () => ({ Component: (await import('../pages/batch/Batch')).Batch }) },
        { path: 'query', lazy: async () => ({ Component: (await import('../pages/query/Query')).Query }) },
        { path: 'packs', lazy: async () => ({ Component: (await import('../pages/packs/Packs')).Packs }) },
        { path: 'problems/:code', lazy: async () => ({ Component: (await import('../pages/ProblemPage')).ProblemPage }) },
        { path: '*', lazy: async () => ({ Component: (await import('../pages/NotFound')).NotFound }) },
      ] },
    ],
  },
])
