/** Asks for the password again; false where whoever sits there gives none. */
export type Regain = () => Promise<boolean>

let asker: Regain | undefined
let asking: Promise<boolean> | undefined

/** Says how the password is asked for while pages are open; gives back how to take that away. */
export function onSessionEnd(regain: Regain): () => void {
  asker = regain
  return () => {
    if (asker === regain) asker = undefined
  }
}

/** Waits until there is a session again. Whatever is refused meanwhile waits for the same answer. */
export function regained(): Promise<boolean> {
  if (!asker) return Promise.resolve(false)
  asking ??= asker().finally(() => (asking = undefined))
  return asking
}

/** Sends a request, and once more when it was refused for want of a session that there is again. */
export async function sent(send: () => Promise<Response>): Promise<Response> {
  const response = await send()
  if (response.status !== 401 || !(await isSessionMissing(response))) return response
  return (await regained()) ? send() : response
}

export const LOGIN_NEEDED = 'login-needed'

async function isSessionMissing(response: Response): Promise<boolean> {
  const body: unknown = await response.clone().json().catch(() => null)
  return typeof body === 'object' && body !== null && 'code' in body && body.code === LOGIN_NEEDED
}
