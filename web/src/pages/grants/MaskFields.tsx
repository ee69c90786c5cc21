import Button from 'antd/es/button'
import Input from 'antd/es/input'
import Select from 'antd/es/select'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { MASKS, type MaskKind } from '../../kit/mask'
import { type GrantForm, NO_MASK_OF_COLUMN } from './grant'

type One = GrantForm['masks'][number]

interface Props {
  masks: One[]
  fault: ReactNode
  set: (masks: One[]) => void
}

/** Masks of single columns, over what their standards say. */
export function MaskFields({ masks, fault, set }: Props) {
  const { t } = useTranslation()
  const change = (place: number, part: Partial<One>) => set(masks.map((one, at) => (at === place ? { ...one, ...part } : one)))
  return (
    <fieldset className="field line-fields">
      <legend>{t('grants.masks')}</legend>
      <p className="hint">{t('grants.masks-help')}</p>
      {masks.map((mask, place) => (
        <div key={place} className="field-line">
          <Input
            aria-label={t('grants.mask-column', { place: place + 1 })}
            placeholder={t('grants.mask-column-name')}
            autoComplete="off"
            spellCheck={false}
            value={mask.column}
            onChange={(event) => change(place, { column: event.target.value })}
          />
          <Select
            aria-label={t('grants.mask-kind', { place: place + 1 })}
            value={mask.kind}
            onChange={(kind: MaskKind) => change(place, { kind })}
            options={MASKS.map((one) => ({ value: one, label: t(`mask-kind.${one}`) }))}
          />
          <Parts mask={mask} place={place + 1} set={(part) => change(place, part)} />
          <Button size="small" aria-label={t('form.remove-one', { place: place + 1 })} onClick={() => set(masks.filter((_, at) => at !== place))}>
            {t('form.remove')}
          </Button>
        </div>
      ))}
      <Button size="small" onClick={() => set([...masks, NO_MASK_OF_COLUMN])}>
        {t('grants.mask-add')}
      </Button>
      {fault && (
        <div className="field-error" role="alert">
          <span aria-hidden="true">■</span> {fault}
        </div>
      )}
    </fieldset>
  )
}

/** What the kind of mask is told beside it. */
function Parts({ mask, place, set }: { mask: One; place: number; set: (part: Partial<One>) => void }) {
  const { t } = useTranslation()
  if (mask.kind === 'keep') {
    return (
      <>
        {(['first', 'last'] as const).map((part) => (
          <Input
            key={part}
            className="field-short"
            inputMode="numeric"
            maxLength={4}
            aria-label={t(`grants.mask-${part}`, { place })}
            placeholder={t(`grants.mask-${part}-short`)}
            value={mask[part]}
            onChange={(event) => set({ [part]: event.target.value.trim() })}
          />
        ))}
      </>
    )
  }
  if (mask.kind !== 'fixed' && mask.kind !== 'step' && mask.kind !== 'grid') return null
  return (
    <Input
      aria-label={t(`grants.mask-${mask.kind}`, { place })}
      placeholder={t(`grants.mask-${mask.kind}-short`)}
      value={mask.value}
      onChange={(event) => set({ value: event.target.value })}
    />
  )
}
