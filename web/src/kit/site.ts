import { useTranslation } from 'react-i18next'

/** What the site is called at the head of its pages: as it calls itself, or by the name of the program. */
export function useSiteName(): string {
  const { t } = useTranslation()
  return ownName() ?? t('app.name')
}

function ownName(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="yandu-site"]')?.content || undefined
}
