/** A part of the Chinese texts, as `vite.config.ts` cuts them. */
declare module 'texts:*' {
  const texts: Partial<typeof import('./zh-CN.json')>
  export default texts
}
