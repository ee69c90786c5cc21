/** The nonce of this page, which styles made at run time must carry under the policy of the server. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
