/** How data leaves: on a page, as a file, to a program. */
export const WAYS = ['page', 'export', 'interface'] as const
