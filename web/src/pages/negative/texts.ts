import i18next from 'i18next'
import texts from 'texts:negative'

/** What the negative list says comes with it. */
i18next.addResourceBundle('zh-CN', 'page', texts, true, true)
