import FontSizeOutlined from '@ant-design/icons/es/icons/FontSizeOutlined'
import TranslationOutlined from '@ant-design/icons/es/icons/TranslationOutlined'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { speak } from '../i18n'
import { useLargeText } from './Look'

/** Size of the text and language, for everybody. */
export function Switches() {
  const { t, i18n } = useTranslation()
  const { isLarge, toggle } = useLargeText()
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <div className="switches">
      <Button
        type="text"
        icon={<FontSizeOutlined aria-hidden />}
        aria-pressed={isLarge}
        aria-label={t('app.large')}
        title={t('app.large')}
        onClick={toggle}
      >
        <span className="only-wide">{t('app.large')}</span>
      </Button>
      <Button
        type="text"
        icon={<TranslationOutlined aria-hidden />}
        aria-label={t('app.language')}
        title={t('app.language')}
        onClick={() => void speak(other)}
      >
        <span className="only-wide" lang={other}>
          {t('app.other-language')}
        </span>
      </Button>
    </div>
  )
}
