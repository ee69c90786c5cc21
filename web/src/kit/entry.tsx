import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entry } from '../api/ledger'
import { freshness } from './freshness'
import { Lamp } from './Lamp'
import { type LampState } from './lamp'
import { Hint } from './Text'
import { useNow } from './useNow'
import { useWords } from './words'

/** The word of the program goes first; what is not late yet may be due. */
export function entryLamp(entry: Pick<Entry, 'refresh' | 'facts'>, now: number): LampState {
  if (entry.facts.fresh === false) return 'late'
  const lamp = freshness({ refresh: entry.refresh, last_at: entry.facts.last_at ?? null }, now)
  return entry.facts.fresh === true && lamp === 'late' ? 'due' : lamp
}

export function EntryLamp({ entry }: { entry: Pick<Entry, 'refresh' | 'facts'> }) {
  const { t } = useTranslation()
  const state = entryLamp(entry, useNow())
  return <Lamp state={state}>{t(`lamp.${state}`)}</Lamp>
}

const LOOKS: Record<string, LampState> = {
  drafted: 'absent',
  reviewed: 'busy',
  published: 'good',
  changed: 'due',
  withdrawn: 'bad',
}

export function StatusLamp({ status }: { status: string }) {
  const { word } = useWords()
  return <Lamp state={LOOKS[status] ?? 'absent'}>{word('status', status)}</Lamp>
}

/** An entry is complete, or says what it lacks. */
export function Completeness({ lacks }: { lacks: string[] }) {
  const { t } = useTranslation()
  const { word } = useWords()
  if (lacks.length === 0) return <Lamp state="good">{t('entry.complete')}</Lamp>
  return (
    <span title={lacks.map((name) => word('element', name)).join(t('app.comma'))}>
      <Lamp state="due">{t('entry.lacks', { count: lacks.length })}</Lamp>
    </span>
  )
}

/** The title in the language of the reader; an entry without an English one has the Chinese. */
export function useEntryTitle() {
  const { i18n } = useTranslation()
  const isEnglish = i18n.language === 'en'
  return useCallback((title: Entry['title']) => (isEnglish && title.en) || title.zh, [isEnglish])
}

export function Tags({ list }: { list: string[] }) {
  if (list.length === 0) return <Hint>—</Hint>
  return (
    <ul className="tag-list">
      {list.map((one) => (
        <li key={one} className="tag">
          {one}
        </li>
      ))}
    </ul>
  )
}
