declare module '*/scripts/schema.mjs' {
  export function schema(): Promise<string>
}
declare module '*/scripts/problems.mjs' {
  export function problems(): Promise<string>
}

declare module '*/scripts/simplified.mjs' {
  export function simplified(): Promise<string>
}

declare module '*/scripts/wall.mjs' {
  export function wallTexts(): Promise<string>
}
