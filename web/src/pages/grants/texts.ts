import i18next from 'i18next'
import texts from 'texts:grants'

/** What the page of grants says comes with it. */
i18next.addResourceBundle('zh-CN', 'page', texts, true, true)
