/** The kinds of masks, in the order of a list to choose from. */
export const MASKS = ['null', 'keep', 'fixed', 'month', 'year', 'step', 'grid', 'hash', 'fpe'] as const
export type MaskKind = (typeof MASKS)[number]

/** A mask as a form has it: a kind, and what it is told beside it. */
export interface Mask {
  kind: MaskKind
  first: string
  last: string
  /** The text of `fixed`, the number of `step` and `grid`. */
  value: string
}

export const NO_MASK: Mask = { kind: 'keep', first: '', last: '', value: '' }

export function maskOf(text: string): Mask | undefined {
  const [word = '', ...rest] = text.trim().split(/\s+/)
  const kind = MASKS.find((one) => one === word)
  if (!kind) return undefined
  return { ...NO_MASK, kind, ...(kind === 'keep' ? { first: rest[0] ?? '', last: rest[1] ?? '' } : { value: rest.join(' ') }) }
}

/** The kind of a mask in words, which say nothing of an end that is not kept. */
export function kept({ kind, first, last }: Mask): MaskKind | 'keep-first' | 'keep-last' | 'keep-none' {
  if (kind !== 'keep') return kind
  const [isFirst, isLast] = [Number(first) > 0, Number(last) > 0]
  if (isFirst === isLast) return isFirst ? 'keep' : 'keep-none'
  return isFirst ? 'keep-first' : 'keep-last'
}

/** The mask as the program reads it, or nothing where a part is missing: `keep 3 4`. */
export function textOfMask({ kind, first, last, value }: Mask): string | undefined {
  const isCount = (text: string) => /^\d{1,4}$/.test(text)
  switch (kind) {
    case 'keep':
      return isCount(first) && isCount(last) ? `keep ${Number(first)} ${Number(last)}` : undefined
    case 'fixed':
      return value.trim() === '' ? undefined : `fixed ${value.trim()}`
    case 'step':
    case 'grid':
      return /^[1-9]\d{0,8}$/.test(value) ? `${kind} ${value}` : undefined
    default:
      return kind
  }
}
