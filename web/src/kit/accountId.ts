/** How an account is named. */
export const ACCOUNT_ID = /^[a-z][a-z0-9._-]{0,62}$/
