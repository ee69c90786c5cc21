import type { Openid } from '../../api/access'

/** What signing in at the provider can be refused with, as the address of the page tells it. */
const REFUSALS = ['openid-attempt', 'openid-refused', 'openid-answer', 'openid-silent', 'openid-unknown', 'openid-taken', 'openid-administrator', 'account-status', 'account-locked'] as const

export type Refusal = (typeof REFUSALS)[number]

export function refusalOf(told: string | null): Refusal | undefined {
  return REFUSALS.find((one) => one === told)
}

/** What the provider is called in the language of the reader. */
export function nameOf(openid: Openid, language: string): string {
  return language === 'zh-CN' ? openid.name : openid.name_en
}

/** The page at which another window ends that has signed in. */
export const DONE = '/login/done'

const CHANNEL = 'yandu-signed-in'

/** Tells the other windows that there is a session again. */
export function tellSignedIn() {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(null)
  channel.close()
}

/** Waits for another window to sign in; gives back how to stop. */
export function onSignedIn(told: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = told
  return () => channel.close()
}
