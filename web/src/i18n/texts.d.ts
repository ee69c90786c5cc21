/** The Chinese texts of the shell, as `vite.config.ts` cuts them. */
declare module 'texts:shell' {
  const texts: Partial<typeof import('./zh-CN.json')>
  export default texts
}

/** Another part of them, which is added to what can be said. */
declare module 'texts:*' {}
