import { useTranslation } from 'react-i18next'

/**
 * The words of closed lists (grade, refresh, sharing …) in the language of the reader. A word that the list does not
 * have is shown as the program gave it.
 */
export function useWords() {
  const { t, i18n } = useTranslation()
  const isChinese = i18n.language === 'zh-CN'
  const word = (list: string, value: string | null | undefined) =>
    value ? t(`${list}.${value}` as 'grade.core', { defaultValue: value }) : '—'
  return {
    word,
    /** Reasons of the program have names in both languages; those of packs come in Chinese, and else by their code. */
    reason: (code: string, title: string | null | undefined) =>
      isChinese ? title || code : t(`reason.${code}` as 'reason.empty', { defaultValue: code.replaceAll('-', ' ') }),
    /** `24 h` as a pack writes it: a number and a unit. */
    period: (text: string) => {
      const [, n, unit] = /^(\d+) ?(s|min|h|d|wd)$/.exec(text) ?? []
      return n && unit ? t(`period.${unit}` as 'period.h', { n }) : text
    },
    /** `decimal(12,2)`: the word of a type, with what follows it. */
    type: (text: string) => text.replace(/^[a-z]+/, (name) => t(`type.${name}` as 'type.text', { defaultValue: name })),
    principal: (id: string) => t(`principal.${id}` as 'principal.local-administrator', { defaultValue: id }),
  }
}
