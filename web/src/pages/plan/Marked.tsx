import { Fragment } from 'react'
import { type Fold, places } from '../../kit/fold'
import { type Span, marked } from './structure'

interface Props {
  text: string
  spans: Span[]
  /** Words that were looked for, folded. */
  words?: string[][]
  fold?: Fold
}

/** Text of a plan with its figures underlined and found words marked; plain text in every piece. */
export function Marked({ text, spans, words = [], fold }: Props) {
  const hits: Span[] = fold ? places(fold(text), words).map(([from, to]) => ({ from, to, kind: 'hit' })) : []
  return (
    <span translate="no">
      {marked(text, [...spans, ...hits]).map((piece, at) => {
        const said = piece.isHit ? <mark>{piece.text}</mark> : piece.text
        return piece.isFigure ? <span key={at} className="plan-figure">{said}</span> : <Fragment key={at}>{said}</Fragment>
      })}
    </span>
  )
}
