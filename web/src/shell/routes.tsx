import { createBrowserRouter, replace } from 'react-router'
import { Entrance } from './Entrance'
import { Gate } from './Gate'
import { PageFailed } from './PageFailed'
import { Waiting } from '../kit/Loaded'

/** Every page is a chunk of its own, fetched when it is first opened. */
export const router = createBrowserRouter([
  {
    element: <Entrance />,
    errorElement: <PageFailed />,
    hydrateFallbackElement: <Waiting />,
    children: [
      { path: 'login', lazy: async () => ({ Component: (await import('../pages/login/LoginPage')).LoginPage }) },
      { path: 'login/done', lazy: async () => ({ Component: (await import('../pages/login/LoginDone')).LoginDone }) },
      { path: 'claim', lazy: async () => ({ Component: (await import('../pages/claim/Claim')).Claim }) },
      { path: 'invitation', lazy: async () => ({ Component: (await import('../pages/invitation/Invitation')).Invitation }) },
    ],
  },
  {
    element: <Gate />,
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
        { path: 'models', lazy: async () => ({ Component: (await import('../pages/models/Models')).Models }) },
        { path: 'models/:id', lazy: async () => ({ Component: (await import('../pages/models/ModelPage')).ModelPage }) },
        { path: 'lineage', lazy: async () => ({ Component: (await import('../pages/lineage/LineagePage')).LineagePage }) },
        { path: 'rollup', lazy: async () => ({ Component: (await import('../pages/rollup/Rollup')).Rollup }) },
        { path: 'indicators', lazy: async () => ({ Component: (await import('../pages/indicators/Indicators')).IndicatorSets }) },
        { path: 'indicators/:set', lazy: async () => ({ Component: (await import('../pages/indicators/IndicatorSetPage')).IndicatorSetPage }) },
        { path: 'boards', lazy: async () => ({ Component: (await import('../pages/boards/Boards')).Boards }) },
        { path: 'boards/:id', lazy: async () => ({ Component: (await import('../pages/boards/BoardPage')).BoardPage }) },
        { path: 'figures', lazy: async () => ({ Component: (await import('../pages/figures/Figures')).Figures }) },
        { path: 'figures/:id', lazy: async () => ({ Component: (await import('../pages/figures/FigurePage')).FigurePage }) },
        // The address of the list is that of the counts for Prometheus; those of single metrics lead on.
        { path: 'metrics/:id', loader: ({ params }) => replace(`/figures/${params.id ?? ''}`), Component: () => null },
        { path: 'pages', lazy: async () => ({ Component: (await import('../pages/declared/PageList')).PageList }) },
        { path: 'pages/:id', lazy: async () => ({ Component: (await import('../pages/declared/PageOfPack')).PageOfPack }) },
        { path: 'plans', lazy: async () => ({ Component: (await import('../pages/plans/Plans')).Plans }) },
        { path: 'plans/:id', lazy: async () => ({ Component: (await import('../pages/plan/PlanPage')).PlanPage }) },
        { path: 'forms', lazy: async () => ({ Component: (await import('../pages/forms/Forms')).Forms }) },
        { path: 'forms/:id', lazy: async () => ({ Component: (await import('../pages/forms/FormPage')).FormPage }) },
        { path: 'forms/:id/reports/:batch', lazy: async () => ({ Component: (await import('../pages/forms/ReportPage')).ReportPage }) },
        { path: 'packs', lazy: async () => ({ Component: (await import('../pages/packs/Packs')).Packs }) },
        { path: 'account', lazy: async () => ({ Component: (await import('../pages/account/AccountOfMine')).AccountOfMine }) },
        { path: 'accounts', lazy: async () => ({ Component: (await import('../pages/accounts/Accounts')).Accounts }) },
        { path: 'accounts/:id', lazy: async () => ({ Component: (await import('../pages/accounts/AccountPage')).AccountPage }) },
        { path: 'grants', lazy: async () => ({ Component: (await import('../pages/grants/Grants')).Grants }) },
        { path: 'negative-list', lazy: async () => ({ Component: (await import('../pages/negative/NegativeList')).NegativeList }) },
        { path: 'policies', lazy: async () => ({ Component: (await import('../pages/policies/Policies')).Policies }) },
        { path: 'access-events', lazy: async () => ({ Component: (await import('../pages/events/Events')).Events }) },
        { path: 'classification', lazy: async () => ({ Component: (await import('../pages/classification/Classification')).Classification }) },
        { path: 'problems/:code', lazy: async () => ({ Component: (await import('../pages/ProblemPage')).ProblemPage }) },
        { path: '*', lazy: async () => ({ Component: (await import('../pages/NotFound')).NotFound }) },
      ] },
    ],
  },
])
