import { useWords } from '../../kit/words'
import { lastOf, shownValue } from './difference'
import { percentOf } from './nodes'
import { useFigureWords } from './useFigureWords'

/** Values of the fields of a plan in the language of the reader. */
export function useFieldWords() {
  const { word } = useWords()
  const figures = useFigureWords()
  return {
    value: (field: string, value: unknown): string => {
      const name = lastOf(field)
      if (typeof value === 'number' && name === 'share') return `${percentOf(value)}%`
      if (typeof value === 'number') return figures.amount(value)
      if (typeof value !== 'string') return shownValue(value)
      if (name === 'unit') return figures.unit(value) || shownValue(value)
      if (name === 'comparison' || name === 'bound') return figures.comparison(value)
      if (name === 'kind') return word('plan-kind', value)
      return shownValue(value)
    },
  }
}
