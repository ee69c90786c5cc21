import { type Option, optionFound } from './search'
import { useFold } from './useFold'
import { usePinyin } from './usePinyin'

/** Finds the options of a list by their words in either script, by pinyin or initials, and by their ids. */
export function useOptionFilter(): (typed: string, option?: Option) => boolean {
  const fold = useFold()
  const readings = usePinyin()
  return (typed, option) => optionFound(typed, option, fold, readings)
}
