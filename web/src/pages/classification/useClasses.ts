import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { summary } from '../../api/classification'
import { useSession } from '../../kit/useSession'

/** The classes that rules of packs give, in the language of the reader. */
export function useClasses() {
  const { t, i18n } = useTranslation()
  const { may } = useSession()
  const { data } = useQuery({ ...summary, enabled: may('steward') })
  const isChinese = i18n.language === 'zh-CN'
  const classes = (data?.classes ?? []).map(({ id, title, title_en }) => ({ id, title: isChinese ? title : (title_en ?? title) }))
  return {
    classes,
    nameOf: (id: string | null | undefined) => classes.find((one) => one.id === id)?.title ?? id ?? t('classification.no-class'),
  }
}
