import { useQuery } from '@tanstack/react-query'
import Input, { type InputRef } from 'antd/es/input'
import Modal from 'antd/es/modal'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { suggest } from '../api/ledger'
import { metrics as metricsQuery } from '../api/metrics'
import { models as modelsQuery } from '../api/models'
import { pages as pagesQuery } from '../api/pages'
import { latestBatches } from '../api/queries'
import * as format from '../kit/format'
import { found } from '../kit/search'
import { usePinyin } from '../kit/usePinyin'
import { useDeliveredAs } from '../kit/delivered'
import { useReturnFocus } from '../kit/useReturnFocus'
import { useSession } from '../kit/useSession'
import { useSettled } from '../kit/useSettled'
import { useWorded } from '../pages/declared/worded'
import { menuOf } from './menu'

interface Hit {
  to: string
  kind: string
  title: string
  about: string
  /** Found by, but not shown. */
  also?: string
}

const MOST = 12

/** One search over datasets, metrics, pages, models and batches, by characters, ids, pinyin or initials. */
export function Finder({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const { hits, isBehind } = useHits(typed)
  const navigate = useNavigate()
  const { stay } = useReturnFocus()
  const field = useRef<InputRef>(null)
  const chosen = Math.min(at, hits.length - 1)
  const open = (hit: Hit | undefined) => {
    if (!hit) return
    stay()
    close()
    void navigate(hit.to)
  }
  // Whoever is faster than the program gets the first of what it finds.
  const [isAwaited, setAwaited] = useState(false)
  useEffect(() => {
    if (isAwaited && !isBehind) open(hits[0])
  })
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') {
      if (isBehind) setAwaited(true)
      else open(hits[chosen])
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && hits.length > 0) {
      event.preventDefault()
      setAt((chosen + step + hits.length) % hits.length)
    }
  }
  return (
    <Modal
      open
      onCancel={close}
      footer={null}
      // The dialog takes the focus for itself when it opens.
      afterOpenChange={(isOpen) => isOpen && field.current?.focus()}
      title={t('finder.title')}
      closable={{ 'aria-label': t('action.close') }}
      className="finder"
    >
      <Input
        ref={field}
        size="large"
        role="combobox"
        aria-label={t('finder.title')}
        aria-expanded={hits.length > 0}
        aria-controls="finder-hits"
        aria-activedescendant={hits.length > 0 ? `finder-${chosen}` : undefined}
        placeholder={t('finder.hint')}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
          setAwaited(false)
        }}
        onKeyDown={pressed}
      />
      <ul id="finder-hits" role="listbox" aria-label={t('finder.hits')} className="hits">
        {hits.map((hit, place) => (
          // The keyboard moves in the field above; this is the pointer's way.
          <li
            key={hit.to}
            id={`finder-${place}`}
            role="option"
            aria-selected={place === chosen}
            onClick={() => open(hit)}
            onPointerMove={() => setAt(place)}
          >
            <span className="hit-kind">{hit.kind}</span>
            <span className="hit-title">{hit.title}</span>
            <span className="hit-about">{hit.about}</span>
          </li>
        ))}
      </ul>
      {hits.length === 0 && !isBehind && <p className="hint">{t('finder.none')}</p>}
    </Modal>
  )
}

function useHits(typed: string): { hits: Hit[]; isBehind: boolean } {
  const { t } = useTranslation()
  const { who, may } = useSession()
  const [mayBrowse, mayOperate] = [may('browse'), may('operate')]
  const { data: models = [] } = useQuery({ ...modelsQuery, enabled: mayOperate })
  const { data: pages = [] } = useQuery({ ...pagesQuery, enabled: mayBrowse })
  const { data: figures = [] } = useQuery({ ...metricsQuery, enabled: mayBrowse })
  const { data: recent = [] } = useQuery({ ...latestBatches({ limit: 100 }), enabled: mayOperate })
  const asked = useSettled(typed.trim(), 120)
  // Datasets are found by the program: there may be a hundred thousand.
  const { data: suggested, isPlaceholderData, isLoading } = useQuery({ ...suggest(asked), enabled: mayBrowse && asked !== '' })
  const isBehind = mayBrowse && typed.trim() !== '' && (asked !== typed.trim() || isPlaceholderData || isLoading)
  const table = usePinyin()
  const worded = useWorded()
  const nameOf = useDeliveredAs()
  const hits = useMemo(() => {
    const places = menuOf(who).map((item) => ({ to: item.to, kind: t('finder.page'), title: t(item.title), about: '' }))
    const declared = pages.map((page) => ({ to: `/pages/${page.id}`, kind: t('finder.page'), title: worded(page.title), about: page.id }))
    const sets = (asked === '' ? [] : (suggested?.entries ?? [])).map((hit) => ({
      to: `/datasets/${encodeURIComponent(hit.id)}`,
      kind: t('finder.dataset'),
      title: worded(hit.title),
      about: `${hit.id} · ${hit.owner}`,
    }))
    const made = models.map((model) => ({ to: `/models/${model.id}`, kind: t('finder.model'), title: model.title, about: model.id }))
    const numbers = figures.map((metric) => ({ to: `/figures/${metric.id}`, kind: t('finder.figure'), title: worded(metric.title), about: `${metric.id} · ${metric.owner}` }))
    const all = recent.map((batch) => ({
      to: `/batches/${encodeURIComponent(batch.id)}`,
      kind: t('finder.batch'),
      title: nameOf(batch),
      about: `${batch.dataset} · ${format.time(batch.started_at)}`,
      also: batch.id,
    }))
    if (typed.trim() === '') return places
    const own: Hit[] = [...places, ...declared, ...numbers, ...made, ...all]
    const others = own.filter((hit) => found([hit.title, hit.about, hit.also], typed, table))
    return [...sets, ...others].slice(0, MOST)
  }, [typed, asked, who, suggested, models, pages, figures, recent, table, t, worded, nameOf])
  // Until the program has answered, what was found before stays: nothing moves under the finger that presses Enter.
  const former = useRef<Hit[]>([])
  useEffect(() => {
    if (!isBehind) former.current = hits
  }, [isBehind, hits])
  return isBehind ? { hits: former.current, isBehind } : { hits, isBehind }
}
