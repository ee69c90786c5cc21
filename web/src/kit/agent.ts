/** What a browser calls itself, shortened to its name and its system: `Edge 130 · Windows`. */
export function agentOf(text: string): string {
  const browser = BROWSERS.map(([name, pattern]) => [name, pattern.exec(text)?.[1]] as const).find(([, version]) => version)
  const system = SYSTEMS.find(([, pattern]) => pattern.test(text))?.[0]
  const known = [browser && `${browser[0]} ${browser[1]}`, system].filter(Boolean)
  return known.length > 0 ? known.join(' · ') : text.slice(0, 60)
}

/** Each but the last calls itself by the names of those after it too. */
const BROWSERS: [string, RegExp][] = [
  ['Edge', /Edg\/(\d+)/],
  ['Firefox', /Firefox\/(\d+)/],
  ['Chrome', /(?:Headless)?Chrome\/(\d+)/],
  ['Safari', /Version\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari/],
]

const SYSTEMS: [string, RegExp][] = [
  ['Windows', /Windows NT/],
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
]
