import { useTranslation } from 'react-i18next'
import type { MetricAsk, MetricDefinition } from '../../api/metrics'
import type { components } from '../../api/schema'
import { useAreas } from '../../kit/areas'
import { useEntryTitle } from '../../kit/entry'

/** The dimensions of a metric and their values, in words. */
export function useDimension(definition: MetricDefinition) {
  const { t } = useTranslation()
  const title = useEntryTitle()
  const valueOf = useKeyName()
  const titleOf = (name: string) => {
    const found = definition.dimensions.find((one) => one.name === name)
    if (found?.title) return title(found.title)
    return found?.kind === 'area' ? t('figure.area') : found?.kind === 'unit' ? t('figure.unit') : name
  }
  return {
    titleOf,
    valueOf,
    /** The values that a number stands for, a text for each dimension. */
    narrowed: (only: MetricAsk['only']) =>
      Object.entries(only ?? {}).map(([name, values]) => `${titleOf(name)}${t('app.colon')}${values.map((value) => valueOf({ dimension: name, value })).join(t('app.comma'))}`),
  }
}

/** Names of areas come in Chinese; the city may have others for them. */
export function useKeyName() {
  const { t, i18n } = useTranslation()
  const { areaOf, nameOf } = useAreas()
  return (key: components['schemas']['MetricKey'] | undefined) => {
    const area = areaOf(key?.value ?? '')
    if (area && (!key?.name || (i18n.language === 'en' && area.name.en))) return nameOf(area.code)
    const name = i18n.language === 'en' ? (key?.name?.en ?? key?.name?.zh) : key?.name?.zh
    return name ?? (key?.value || t('figure.no-value-of'))
  }
}
