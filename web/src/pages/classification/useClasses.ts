import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { summary } from '../../api/classification'
import { useEntryTitle } from '../../kit/entry'
import { useSession } from '../../kit/useSession'

/** The classes that rules of packs give, in the language of the reader. */
export function useClasses() {
  const { t } = useTranslation()
  const { may } = useSession()
  const titled = useEntryTitle()
  const { data } = useQuery({ ...summary, enabled: may('steward') })
  const classes = (data?.classes ?? []).map(({ id, title, title_en }) => ({ id, title: titled({ zh: title, en: title_en ?? null }) }))
  return {
    classes,
    nameOf: (id: string | null | undefined) => classes.find((one) => one.id === id)?.title ?? id ?? t('classification.no-class'),
  }
}
