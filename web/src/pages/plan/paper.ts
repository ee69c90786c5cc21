/** A text as CSS writes it between quotation marks. */
const quoted = (text: string) => `"${text.replace(/["\\\n\r\f]/g, (sign) => `\\${(sign.codePointAt(0) ?? 0).toString(16)} `)}"`

interface Words {
  title: string
  stamp: string
  /** With `{page}` and `{pages}` where the numbers go. */
  pageOf: string
}

/** The edge of every sheet: what it is of, when it was printed, and which sheet of how many. */
export function edges({ title, stamp, pageOf }: Words): string {
  const counted = pageOf
    .split(/(\{pages?\})/)
    .filter(Boolean)
    .map((part) => (part === '{page}' ? 'counter(page)' : part === '{pages}' ? 'counter(pages)' : quoted(part)))
  const edge = (place: string, content: string) => `@${place} { content: ${content}; font-size: 9pt; color: #333; }`
  return `@page plan { ${edge('top-left', quoted(title))} ${edge('top-right', quoted(stamp))} ${edge('bottom-center', counted.join(' '))} }`
}
