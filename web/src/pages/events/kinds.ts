/** The kinds of events, as the program names them, in the order of a list to choose from. */
export const KINDS = [
  'login', 'login-refused', 'locked', 'unlocked', 'logout', 'sessions-ended', 'purpose-set',
  'first-link', 'claimed', 'account-created', 'account-changed', 'invited', 'reset', 'accepted',
  'password-changed', 'second-factor-begun', 'second-factor-set', 'second-factor-removed', 'identity-linked', 'identity-removed', 'token-created', 'token-revoked',
  'grant-given', 'grant-revoked', 'negative-entry-added', 'negative-entry-removed',
  'packs-changed', 'packs-rolled-back', 'policies-changed',
  'exported',
] as const
