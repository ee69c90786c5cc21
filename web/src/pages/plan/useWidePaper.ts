import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { now } from '../../kit/clock'
import * as format from '../../kit/format'
import { useSession } from '../../kit/useSession'
import { edges } from './paper'

/** The whole page goes on A3 across; a change of paper in the midst of it would begin a new sheet. */
export function useWidePaper(title: string) {
  const { t } = useTranslation()
  const { name } = useSession()
  useEffect(() => {
    const sheet = new CSSStyleSheet()
    const write = () => {
      const stamp = t('plans.printed', { at: format.time(new Date(now())), who: name })
      sheet.replaceSync(edges({ title, stamp, pageOf: t('plans.page-of', { page: '{page}', pages: '{pages}' }) }))
    }
    write()
    document.adoptedStyleSheets.push(sheet)
    document.documentElement.classList.add('prints-wide')
    window.addEventListener('beforeprint', write)
    return () => {
      window.removeEventListener('beforeprint', write)
      document.documentElement.classList.remove('prints-wide')
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet)
    }
  }, [title, name, t])
}
