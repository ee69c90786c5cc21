import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, sql } from '@codemirror/lang-sql'
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder as placeholderText,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import { nonce } from '../shell/nonce'

/** A fault in the text: line and sign from 1. */
export interface Fault {
  line: number
  column: number
  message: string
}

export interface EditorHandle {
  insert: (text: string) => void
  focus: () => void
}

interface Props {
  label: string
  hint: string
  value: string
  onChange: (text: string) => void
  onRun: () => void
  /** Columns by dataset, for completion. */
  names: Record<string, string[]>
  fault: Fault | undefined
  ref: Ref<EditorHandle>
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--primary)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--success)' },
  { tag: tags.number, color: 'var(--warning)' },
  { tag: tags.comment, color: 'var(--hint)' },
])

const look = EditorView.theme({
  '&': { fontSize: '1em', backgroundColor: 'var(--surface)' },
  '&.cm-focused': { outline: '2px solid var(--primary)', outlineOffset: '-2px' },
  '.cm-content': { fontFamily: 'var(--code-font)', padding: '8px 0', minHeight: '144px' },
  '.cm-scroller': { fontFamily: 'var(--code-font)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--hint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-placeholder': { color: 'var(--placeholder)' },
  '.cm-tooltip': { border: '1px solid var(--line)', backgroundColor: 'var(--surface)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--primary)', color: '#fff' },
})

export function SqlEditor({ label, hint, value, onChange, onRun, names, fault, ref }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const language = useRef(new Compartment())
  const latest = useRef({ onChange, onRun, value })
  latest.current = { onChange, onRun, value }
  useEffect(() => {
    if (!place.current) return
    const run = () => {
      latest.current.onRun()
      return true
    }
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          highlightActiveLine(),
          syntaxHighlighting(colours),
          look,
          placeholderText(hint),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, translate: 'no' }),
          // Tab leaves the field, as everywhere else on the page.
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          language.current.of(sql({ dialect: PostgreSQL, upperCaseKeywords: true })),
          EditorView.domEventHandlers({ beforeinput: typeOver }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => {
      made.destroy()
      view.current = null
    }
  }, [label, hint])
  useEffect(() => {
    const schema: Record<string, string[]> = names
    view.current?.dispatch({
      effects: language.current.reconfigure(sql({ dialect: PostgreSQL, upperCaseKeywords: true, schema })),
    })
  }, [names])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    if (editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
    }
  }, [value])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    editor.dispatch(setDiagnostics(editor.state, fault ? [marked(editor, fault)] : []))
  }, [fault])
  useImperativeHandle(ref, () => ({
    insert: (text) => {
      const editor = view.current
      if (!editor) return
      editor.dispatch(editor.state.replaceSelection(text))
      editor.focus()
    },
    focus: () => view.current?.focus(),
  }))
  return <div ref={place} className="editor" />
}

/**
 * Text typed over a selection. Left to the browser, it would be given the look of the text it replaces by an attribute
 * that the policy of the page forbids.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main
  const { data } = event
  if (event.inputType !== 'insertText' || !data || empty || view.composing) return false
  event.preventDefault()
  const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
  const isTaken = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert))
  if (!isTaken) view.dispatch(insert())
  return true
}

/** The word at the place of the fault. */
function marked(editor: EditorView, fault: Fault) {
  const { doc } = editor.state
  const line = doc.line(Math.min(Math.max(1, fault.line), doc.lines))
  const from = Math.min(line.from + Math.max(0, fault.column - 1), line.to)
  const word = /^[\p{L}\p{N}_.]+/u.exec(doc.sliceString(from, line.to))?.[0].length ?? 1
  return { from, to: Math.min(from + word, line.to), severity: 'error' as const, message: fault.message }
}
