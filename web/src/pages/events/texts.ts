import i18next from 'i18next'
import texts from 'texts:events'

/** What the page of events says comes with it. */
i18next.addResourceBundle('zh-CN', 'page', texts, true, true)
