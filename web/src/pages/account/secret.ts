/** A secret in groups of four signs, as it is typed into an authenticator. */
export function grouped(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(' ')
}
