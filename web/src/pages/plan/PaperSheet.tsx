import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Paper, PaperBlock, PaperNote, PaperRun } from '../../api/papers'
import { TrailButton } from '../../kit/TrailButton'
import { askOf } from '../../kit/trail'
import { trailOf } from './periods'

/** A paper as it is printed: headings, paragraphs, tables, and where each number comes from. */
export function PaperSheet({ paper }: { paper: Paper }) {
  const { t } = useTranslation()
  const notes = useMemo(() => new Map(paper.notes.map((note) => [note.number, note])), [paper])
  return (
    <article className="paper surface" lang="zh-CN" aria-label={paper.title}>
      <h2 className="paper-title">{paper.title}</h2>
      {paper.recipients && <p className="paper-recipients">{paper.recipients}：</p>}
      {paper.blocks.map((block, at) => (
        <Block key={at} block={block} notes={notes} />
      ))}
      {(paper.signature ?? paper.date) && (
        <div className="paper-foot">
          {paper.signature && <p>{paper.signature}</p>}
          {paper.date && <p>{dated.format(new Date(paper.date))}</p>}
        </div>
      )}
      {paper.notes.length > 0 && (
        <section className="paper-notes" aria-label={t('papers.notes')}>
          <ol>
            {paper.notes.map((note) => (
              <li key={note.number} id={`note-${note.number}`} value={note.number}>
                {note.text} <Onward note={note} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </article>
  )
}

type Notes = Map<number, PaperNote>

function Block({ block, notes }: { block: PaperBlock; notes: Notes }) {
  const runs = <Runs runs={block.runs} notes={notes} />
  if (block.kind === 'table') return <TableBlock block={block} notes={notes} />
  if (block.kind === 'paragraph') return <p className="paper-text">{runs}</p>
  const Heading = (['h3', 'h4', 'h5', 'h6'] as const)[(block.level ?? 1) - 1] ?? 'h6'
  return (
    <Heading className={`paper-heading-${block.level ?? 1}`}>
      {block.number}
      {runs}
    </Heading>
  )
}

function TableBlock({ block, notes }: { block: PaperBlock; notes: Notes }) {
  const whole = block.columns.reduce((sum, { width }) => sum + width, 0)
  return (
    // Wider than a telephone; what scrolls can be reached by keyboard.
    <div className="paper-table" role="region" aria-label={block.columns.map(({ title }) => title).join('、')} tabIndex={0}>
      <table>
        <colgroup>
          {block.columns.map(({ title, width }) => (
            <col key={title} width={`${(width / whole) * 100}%`} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {block.columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at} className={`paper-${block.columns[at]?.align ?? 'left'}`}>
                  <Runs runs={cell} notes={notes} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Runs({ runs, notes }: { runs: PaperRun[]; notes: Notes }) {
  return runs.map((run, at) => {
    const note = typeof run.note === 'number' ? notes.get(run.note) : undefined
    return note ? <Number key={at} text={run.text} note={note} /> : <span key={at}>{run.text}</span>
  })
}

/** A number that opens its trail, with the mark of its footnote. */
function Number({ text, note }: { text: string; note: PaperNote }) {
  const { t } = useTranslation()
  return (
    <>
      <TrailButton ask={text ? askOfNote(note) : undefined}>{text}</TrailButton>
      {/* The mark does not begin a line. */}
      {'\u2060'}
      <sup>
        <a href={`#note-${note.number}`} aria-label={t('papers.note', { number: note.number })}>
          [{note.number}]
        </a>
      </sup>
    </>
  )
}

/** Where a reader goes on: the trail of a metric opens here, anything else is a page of its own. */
function Onward({ note }: { note: PaperNote }) {
  const { t } = useTranslation()
  const ask = askOfNote(note)
  if (ask) return <TrailButton ask={ask}>{t('trail.open')}</TrailButton>
  const to = trailOf(note.trail, note.address)
  if (!to || !('path' in to)) return null
  return to.path.startsWith('/api/') ? <a href={to.path}>{t('papers.onward')}</a> : <Link to={to.path}>{t('papers.onward')}</Link>
}

/** The question to the metric of a footnote; `undefined` where there is none. */
function askOfNote(note: PaperNote) {
  const to = trailOf(note.trail, note.address)
  return to && 'metric' in to ? askOf(to.metric, to.period) : undefined
}

/** As the paper is dated, whatever the language of the reader is. */
const dated = new Intl.DateTimeFormat('zh-CN', { dateStyle: 'long', timeZone: 'UTC' })
