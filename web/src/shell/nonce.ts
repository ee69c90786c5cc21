/** The nonce of this page, which styles made at run time must carry under the policy of the server. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

// Two small styles of the kit (the width of a scroll bar, the lock of the page under a dialog) do not take the nonce
// that the kit was given, and would be blocked.
const create = document.createElement.bind(document)
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const element = create(name, options)
  if (name === 'style') element.nonce = nonce
  return element
}) as typeof document.createElement
