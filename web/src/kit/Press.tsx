import type { ReactNode } from 'react'

interface Props {
  label: string
  onPress: () => void
  /** Of a choice that stays: whether it is made. */
  isPressed?: boolean | undefined
  opensDialog?: boolean
  tabIndex?: 0 | -1
  onFocus?: () => void
  /** The area that is pressed, as `rect`. It is drawn only under the pointer and with the focus. */
  children: ReactNode
}

/** A button in a picture, for the pointer, the keyboard and a screen reader. */
export function Press({ label, onPress, isPressed, opensDialog = false, tabIndex = 0, onFocus, children }: Props) {
  return (
    <g
      className="press"
      role="button"
      tabIndex={tabIndex}
      aria-label={label}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
      {...(opensDialog && { 'aria-haspopup': 'dialog' })}
      onClick={onPress}
      {...(onFocus && { onFocus })}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        onPress()
      }}
    >
      <title>{label}</title>
      {children}
    </g>
  )
}
