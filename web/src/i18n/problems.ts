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
      help: '修改标出的位置。左侧有您能查询的数据集和字段的名称，点一下即可插入。',
    },
    en: {
      title: 'Fault in the SQL',
      text: 'The text has a syntax error or an unknown name, or met a value that it cannot compute with. The place is marked in the editor. One SELECT is allowed.',
      help: 'Change the marked place. The list beside the editor has the datasets and columns that you can ask; a click inserts a name.',
    },
  },
  // The pages of the program speak to programs too.
  'not-permitted': {
    status: 403,
    zh: {
      title: '没有这项权限',
      text: '您的账号不能看这里的内容，或者不能办这件事。数据没有受到影响。',
      help: '工作需要的，请安全管理员授权；自己能看什么、能办什么，在“我的账号”里。',
    },
    en: {
      title: 'Not permitted',
      text: 'Your account may not see this, or may not do it. No data was touched.',
      help: 'Ask the security administrator if your work needs it. What you may see and do is under your account.',
    },
  },
  'login-needed': {
    status: 401,
    zh: { title: '需要登录', text: '登录已经结束，或者还没有登录。', help: '重新登录后继续；填写的内容和草稿都还在。' },
    en: {
      title: 'A login is needed',
      text: 'The session has ended, or there was none.',
      help: 'Log in and go on. What was typed is still there, and so are drafts.',
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

/** What to do about it on a page, where the page of the program speaks of the command line. */
const helpHere: Partial<Record<keyof typeof fromProgram, { zh: string; en: string }>> = {
  'no-entry': { zh: '到“数据目录”按名称、编号或拼音查找。', en: 'Search the catalogue by title, id or pinyin.' },
  'no-dataset': { zh: '到“数据目录”按名称、编号或拼音查找。', en: 'Search the catalogue by title, id or pinyin.' },
  'no-batch': { zh: '到“批次”页面按数据集查找。', en: 'Look for it on the page of batches.' },
  'no-model': { zh: '到“加工任务”页面查找。', en: 'Look for it on the page of models.' },
  'no-source': { zh: '数据源列在“场景包”页面和数据集的“概览”中。', en: 'Sources are listed with the packs and on the page of a dataset.' },
  'no-version': { zh: '到数据集的“版本”页签查看现有版本。', en: 'The tab of versions shows those that are there.' },
  'no-column': { zh: '到数据集的“字段”页签查看字段名。', en: 'The tab of fields shows the names.' },
  'not-undoable': { zh: '刷新页面，查看批次现在的状态。', en: 'Reload the page; it shows the status of the batch.' },
  'not-cancellable': { zh: '等收取完成；不需要这一批时，在批次页面“撤销批次”。', en: 'Wait until it is collected; then it can be undone on its page.' },
  'newer-snapshot': { zh: '到新的一批的页面更正并释放其中的行；如果新的一批才是错的，先在它的页面“撤销批次”。', en: 'Correct and release the rows of the newer batch on its page; if that is the wrong one, undo it there first.' },
  'not-quarantined': { zh: '刷新页面，查看还有哪些行待处理。', en: 'Reload the page; it shows the rows that wait.' },
  'no-such-header': { zh: '在“交付数据”的预览里重新选择表头与字段的对应。', en: 'Choose the headers again in the preview of the delivery.' },
  'missing-columns': { zh: '在“交付数据”的预览里为缺少的字段选择表头；文件里确实没有的，请部门补上。', en: 'Choose headers for the missing columns in the preview of the delivery; ask the department for what the file lacks.' },
  'other-unit': { zh: '请部门按字段的单位报数；数值本来就是字段的单位时，在“交付数据”的预览里把该表头改选“不是字段”，再选回该字段。', en: 'Ask the department for numbers in the unit of the column. Where they are in it already, set the header free in the preview of the delivery and choose its column again.' },
  'no-such-row': { zh: '在“文件格式”的“表头位置”里填写表头是第几行（从 1 数起）。', en: 'Say under the form of the file in which row the header is, from 1.' },
  'no-header': { zh: '在“文件格式”的“表头位置”里填写表头是第几行；没有表头的文件请先补上。', en: 'Say under the form of the file in which row the header is; give the file one if it has none.' },
  'no-such-sheet': { zh: '在“文件格式”的“工作表”里填写文件里有的工作表名称。', en: 'Name a sheet that the file has, under the form of the file.' },
  'ambiguous-headers': { zh: '在“交付数据”的预览里写明哪个表头对应该字段，另一个选“不是字段”。', en: 'Say in the preview of the delivery which header is meant, and set the other one free.' },
  'body-too-large': { zh: '请系统管理员把大文件放入数据源的文件夹，或提高配置 `upload_limit`。', en: 'Ask the administrator to put large files into the folder of the source, or to raise `upload_limit`.' },
  'model-checks': { zh: '按提示的行和规则修正上游数据，或修改加工语句，然后在这里重新运行。', en: 'Mend the rows upstream, or the query or its checks, and run it again here.' },
  'pack-change-moved': { zh: '刷新页面，重新查看方案后再生效。', en: 'Reload the page and look at the plan again before you apply it.' },
  'pack-change-under-way': { zh: '等它完成；“场景包”页面显示进度。', en: 'Wait until it is done; the page of packs shows how far it is.' },
  'not-rolled-back': { zh: '只有已生效、且不是首次安装的变更可以回退。', en: 'Only applied changes after the first installation can be rolled back.' },
}

type All = Record<string, { status: number; zh: Half; en: Half }>

const helped: All = Object.fromEntries(
  Object.entries(fromProgram as All).map(([code, { status, zh, en }]) => {
    const help = helpHere[code as keyof typeof fromProgram]
    return [code, { status, zh: { ...zh, help: help?.zh ?? zh.help }, en: { ...en, help: help?.en ?? en.help } }]
  }),
)

export const problems: All = { ...helped, ...own }
