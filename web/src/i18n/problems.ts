import fromProgram from './problems.json'

interface Half {
  title: string
  text: string
  help: string
}

/** What can go wrong on the way to the program or in the page itself, and what is said otherwise on a page. */
const own: Record<string, { status: number; zh: Half; en: Half }> = {
  // The page of the program speaks of the command line here.
  query: {
    status: 422,
    zh: {
      title: 'SQL 有误',
      text: '查询语句有语法错误、用了不存在的名称，或者遇到不能计算的值。出错的位置已在编辑器中标出。只允许一条 SELECT。',
      help: '修改标出的位置。左侧有全部数据集和字段的名称，点一下即可插入。',
    },
    en: {
      title: 'Fault in the SQL',
      text: 'The text has a syntax error or an unknown name, or met a value that it cannot compute with. The place is marked in the editor. One SELECT is allowed.',
      help: 'Change the marked place. The list beside the editor has every dataset and column; a click inserts a name.',
    },
  },
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
