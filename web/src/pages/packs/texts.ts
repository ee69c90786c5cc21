import i18next from 'i18next'
import texts from 'texts:packs'

/** What the pages of packs says comes with it. */
i18next.addResourceBundle('zh-CN', 'page', texts, true, true)
