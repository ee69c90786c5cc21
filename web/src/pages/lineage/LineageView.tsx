import { useQuery } from '@tanstack/react-query'
import Checkbox from 'antd/es/checkbox'
import Radio from 'antd/es/radio'
import { Suspense, lazy, useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { type Lineage, type LineageWish, lineage as lineageQuery } from '../../api/lineage'
import { packs } from '../../api/queries'
import { Loaded, Nothing, Waiting } from '../../kit/Loaded'
import { useNarrow } from '../../kit/useNarrow'
import { Impact } from './Impact'
import { flowing } from './layout'
import { ListForm } from './ListForm'

const Graph = lazy(() => import('./Graph'))

/** The graph of one dataset or column, or its list, with what narrows it in the address. */
export function LineageView({ of }: { of: string }) {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const isNarrow = useNarrow()
  // A graph on a phone is too small to read.
  const form = oneOf(address.get('form'), isNarrow ? (['list', 'graph'] as const) : (['graph', 'list'] as const))
  const isImpact = address.get('impact') === 'yes'
  const direction = isImpact ? 'down' : oneOf(address.get('direction'), ['both', 'up', 'down'] as const)
  const depth = Number(oneOf(address.get('depth'), ['2', '1', '3'] as const))
  const columns = address.get('columns') === 'yes'
  const wish: LineageWish = { of, direction, depth: isImpact ? 20 : depth, columns: columns || of.split('.').length > 2 }
  const query = useQuery(lineageQuery(wish))
  const set = (name: string, value: string) =>
    setAddress(
      (former) => {
        const next = new URLSearchParams(former)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  return (
    <>
      <div className="toolbar lineage-bar no-print">
        <Radio.Group
          aria-label={t('lineage.form')}
          value={form}
          onChange={(event) => set('form', String(event.target.value))}
          optionType="button"
          options={[
            { value: 'graph', label: t('lineage.graph') },
            { value: 'list', label: t('lineage.list') },
          ]}
        />
        <Radio.Group
          aria-label={t('lineage.direction')}
          value={direction}
          disabled={isImpact}
          onChange={(event) => set('direction', String(event.target.value))}
          optionType="button"
          options={(['both', 'up', 'down'] as const).map((one) => ({ value: one, label: t(`lineage.${one}`) }))}
        />
        <Radio.Group
          aria-label={t('lineage.depth')}
          value={depth}
          disabled={isImpact}
          onChange={(event) => set('depth', String(event.target.value))}
          optionType="button"
          options={[1, 2, 3].map((one) => ({ value: one, label: t('lineage.depth-some', { count: one }) }))}
        />
        <Checkbox checked={wish.columns} disabled={of.split('.').length > 2} onChange={(event) => set('columns', event.target.checked ? 'yes' : '')}>
          {t('lineage.columns')}
        </Checkbox>
        <Checkbox checked={address.get('lanes') === 'owner'} onChange={(event) => set('lanes', event.target.checked ? 'owner' : '')}>
          {t('lineage.by-owner')}
        </Checkbox>
        <Checkbox checked={isImpact} onChange={(event) => set('impact', event.target.checked ? 'yes' : '')}>
          {t('lineage.impact')}
        </Checkbox>
      </div>
      <Loaded query={query} doing={t('menu.lineage')}>
        {(graph) => (
          <Drawn
            whole={graph}
            isList={form === 'list'}
            lanes={address.get('lanes') === 'owner' ? 'owner' : 'pack'}
            withColumns={wish.columns}
            isImpact={isImpact}
          />
        )}
      </Loaded>
    </>
  )
}

interface DrawnProps {
  whole: Lineage
  isList: boolean
  lanes: 'pack' | 'owner'
  withColumns: boolean
  isImpact: boolean
}

function Drawn({ whole, isList, lanes, withColumns, isImpact }: DrawnProps) {
  const { t } = useTranslation()
  const { data: known } = useQuery(packs)
  const packTitle = useCallback((id: string) => known?.find((pack) => pack.id === id)?.title ?? id, [known])
  const graph = useMemo(() => flowing(whole), [whole])
  const isAlone = graph.nodes.length < 2
  return (
    <>
      {graph.truncated && <p className="note note-warning">{t('lineage.truncated')}</p>}
      {isImpact && <Impact graph={graph} />}
      {isAlone ? (
        <Nothing title={t('lineage.none')}>{t('lineage.none-help')}</Nothing>
      ) : (
        <>
          {!isList && (
            <div className="no-print">
              <Suspense fallback={<Waiting />}>
                <Graph graph={graph} lanes={lanes} withColumns={withColumns} isImpact={isImpact} packTitle={packTitle} />
              </Suspense>
              <p className="hint padded-line lineage-legend">
                <span className="legend-line" /> {t('lineage.direct')}
                <span className="legend-line legend-dashed" /> {t('lineage.indirect')}
              </p>
            </div>
          )}
          <div className={isList ? '' : 'only-print'}>
            <ListForm graph={graph} />
          </div>
        </>
      )}
    </>
  )
}

function oneOf<T extends string>(value: string | null, choices: readonly [T, ...T[]]): T {
  return choices.find((choice) => choice === value) ?? choices[0]
}
