import fromProgram from './problems.json'

interface Half {
  title: string
  text: string
  help: string
}

/** What can go wrong on the way to the program or in the page itself; the program has no page about these. */
const own: Record<string, { status: number; zh: Half; en: Half }> = {
  unreachable: {
    status: 0,
    zh: {
      title: '连接不上服务',
      text: '浏览器没有收到盐渎服务的回应，可能是网络断开，也可能是服务正在重启。',
      help: '检查网络连接；几秒后重试。已经提交的工作不受影响。',
    },
    en: {
      title: 'The server cannot be reached',
      text: 'The browser got no answer. The network may be down, or the server may be starting again.',
      help: 'Check the network and try again in some seconds. Work that was handed in goes on.',
    },
  },
  'unreadable-answer': {
    status: 0,
    zh: { title: '回应无法读取', text: '服务的回应不是约定的格式。', help: '重试；如果仍然如此，请联系系统管理员。' },
    en: {
      title: 'Unreadable answer',
      text: 'The answer does not have the agreed form.',
      help: 'Try again. If it stays so, tell the administrator.',
    },
  },
  'page-failed': {
    status: 0,
    zh: { title: '页面出错', text: '页面自身出了差错，数据没有受到影响。', help: '刷新页面；如果仍然如此，请把下面的说明发给系统管理员。' },
    en: {
      title: 'The page failed',
      text: 'The page itself went wrong. No data was touched.',
      help: 'Reload the page. If it stays so, send the words below to the administrator.',
    },
  },
}

export const problems: Record<string, { status: number; zh: Half; en: Half }> = { ...fromProgram, ...own }
