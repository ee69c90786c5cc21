import i18next from 'i18next'
import texts from 'texts:plans'

/** What the pages of plans say comes with them: it is a sixth of all texts. */
i18next.addResourceBundle('zh-CN', 'page', texts, true, true)
