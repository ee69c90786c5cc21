//! The kinds of problems, each with its status, its title and its page under `docs/errors/`.

/// A kind of problem.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Stable name; never changes.
    pub code: &'static str,
    /// The one HTTP status of the kind.
    pub status: u16,
    /// In Chinese.
    pub title: &'static str,
    /// What it means and what to do, as Markdown.
    pub page: &'static str,
}

impl Kind {
    /// The kind with a code; `internal` for a code that nobody knows.
    pub(crate) fn of(code: &str) -> &'static Self {
        KINDS
            .iter()
            .find(|kind| kind.code == code)
            .unwrap_or(&INTERNAL)
    }
}

macro_rules! kind {
    ($code:literal $status:literal $title:literal) => {
        Kind {
            code: $code,
            status: $status,
            title: $title,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../docs/errors/",
                $code,
                ".md"
            )),
        }
    };
}

const INTERNAL: Kind = kind!("internal" 500 "程序内部错误");

/// Every kind, by code.
pub const KINDS: &[Kind] = &[
    kind!("ambiguous-headers" 422 "表头有歧义"),
    kind!("backup-cancelled" 409 "备份被取消"),
    kind!("backup-damaged" 409 "备份已损坏"),
    kind!("backup-folder" 409 "备份文件夹不可用"),
    kind!("backup-running" 409 "备份正在进行"),
    kind!("binary-file" 422 "二进制文件"),
    kind!("body-too-large" 413 "请求体过大"),
    kind!("cancelled" 409 "归集被取消"),
    kind!("check-failed" 500 "核查规则无法执行"),
    kind!("column-type-changed" 409 "列的类型变了"),
    kind!("cross-origin" 403 "拒绝跨站修改"),
    kind!("damaged-file" 422 "文件已损坏"),
    kind!("data-folder" 409 "数据文件夹不可用"),
    kind!("directory" 422 "路径是文件夹"),
    kind!("disk-full" 507 "磁盘已满"),
    kind!("document-font" 409 "缺少公文字体"),
    kind!("empty-file" 422 "空文件"),
    kind!("encrypted-file" 422 "文件有密码"),
    kind!("entry-exists" 409 "条目已存在"),
    kind!("entry-incomplete" 409 "条目要素不全"),
    kind!("file" 422 "无法读取文件"),
    kind!("file-too-large" 422 "文件过大"),
    kind!("foreign-table" 409 "表的格式不支持"),
    kind!("host-refused" 403 "拒绝此主机名"),
    kind!("in-use" 409 "数据文件夹被占用"),
    INTERNAL,
    kind!("interrupted" 409 "归集被中断"),
    kind!("invalid-body" 422 "请求体内容有误"),
    kind!("invalid-entry" 422 "条目内容有误"),
    kind!("invalid-json" 400 "不是有效的 JSON"),
    kind!("invalid-parameter" 400 "地址参数有误"),
    kind!("invalid-plan-edit" 422 "改动的内容不合要求"),
    kind!("journal-damaged" 500 "日志损坏"),
    kind!("method-not-allowed" 405 "此地址不支持该方法"),
    kind!("missing-columns" 422 "缺少必需的列"),
    kind!("metric-cells" 409 "指标的单元过多"),
    kind!("metric-groups" 422 "分组过多"),
    kind!("metric-note" 422 "说明的长度有误"),
    kind!("metric-period" 422 "指标期间有误"),
    kind!("metric-question" 422 "指标不能这样查询"),
    kind!("metric-sql" 409 "指标的算式不能执行"),
    kind!("model-checks" 422 "模型结果未通过硬性核查"),
    kind!("model-circle" 409 "模型相互依赖"),
    kind!("model-columns" 409 "模型的列与声明不符"),
    kind!("model-refused" 422 "不能存为模型"),
    kind!("model-waits" 409 "模型的输入尚无数据"),
    kind!("no-backup" 404 "没有这个备份"),
    kind!("no-batch" 404 "没有这个批次"),
    kind!("no-board" 404 "没有这个看板"),
    kind!("no-board-area" 404 "看板没有这个区域"),
    kind!("no-column" 422 "没有这一列"),
    kind!("no-dataset" 404 "没有这个数据集"),
    kind!("no-draft" 404 "没有这份草稿"),
    kind!("no-entry" 404 "没有这个条目"),
    kind!("no-header" 422 "找不到表头"),
    kind!("no-key" 409 "数据集没有主键"),
    kind!("no-metric" 404 "没有这个指标"),
    kind!("no-metric-note" 404 "没有这条说明"),
    kind!("no-model" 404 "没有这个模型"),
    kind!("no-pack-change" 404 "没有这次场景包变更"),
    kind!("no-page" 404 "没有这个页面"),
    kind!("no-plan" 404 "没有这份工作要点"),
    kind!("no-plan-item" 404 "工作要点中没有这一项"),
    kind!("no-reason" 422 "缺少理由"),
    kind!("no-rows" 422 "文件没有数据行"),
    kind!("no-source" 404 "没有这个数据源"),
    kind!("no-such-header" 422 "文件没有这个表头"),
    kind!("no-such-path" 422 "文档中没有这个路径"),
    kind!("no-such-row" 422 "没有这一表头行"),
    kind!("no-such-sheet" 422 "没有这个工作表"),
    kind!("no-table" 422 "没有表格"),
    kind!("no-version" 404 "没有这个版本"),
    kind!("not-a-plan" 422 "不是工作要点"),
    kind!("not-acceptable" 406 "没有要求的格式"),
    kind!("not-cancellable" 409 "批次不能取消"),
    kind!("not-collected" 409 "该数据集不是归集来的"),
    kind!("not-found" 404 "没有这个地址"),
    kind!("not-kept" 404 "没有留存原始文件"),
    kind!("not-quarantined" 409 "该行不在隔离区"),
    kind!("not-rolled-back" 409 "场景包变更不能回退"),
    kind!("not-undoable" 409 "批次不能撤销"),
    kind!("pack-change-between" 409 "其间有场景包变更"),
    kind!("pack-change-moved" 409 "场景包又有改动"),
    kind!("pack-change-none" 409 "没有待应用的场景包变更"),
    kind!("pack-change-under-way" 409 "正在变更场景包"),
    kind!("packs" 409 "场景包有误"),
    kind!("plan-change-needed" 409 "已批准的内容要走变更"),
    kind!("plan-document" 422 "材料不能接收"),
    kind!("plan-empty" 422 "工作要点是空的"),
    kind!("plan-encoding" 422 "文字编码无法识别"),
    kind!("plan-exists" 409 "编号已被另一份工作要点使用"),
    kind!("plan-not-proved" 409 "证明不足，不能销号"),
    kind!("plan-not-text" 422 "不是纯文本"),
    kind!("plan-period" 422 "不能按这个期间出材料"),
    kind!("plan-review-open" 409 "还有没有核对的内容"),
    kind!("plan-rules" 409 "缺少督办规则"),
    kind!("plan-scan" 422 "像是扫描件"),
    kind!("plan-status" 409 "工作要点现在不能这样办理"),
    kind!("plan-too-large" 422 "工作要点过大"),
    kind!("precondition-failed" 412 "内容已有更新"),
    kind!("query" 422 "SQL 有误"),
    kind!("query-memory-limit" 503 "查询内存不足"),
    kind!("query-time-limit" 504 "查询超时"),
    kind!("read-only-field" 409 "字段由场景包声明"),
    kind!("restore-target" 409 "恢复的目标不是空文件夹"),
    kind!("revision-changed" 412 "条目已被别人修改"),
    kind!("row-count" 422 "行数超出声明的范围"),
    kind!("row-named" 422 "指名行的值有误"),
    kind!("rows-refused" 422 "有行未通过核查"),
    kind!("secret" 409 "无法读取密钥"),
    kind!("secret-name" 422 "密钥名称不合要求"),
    kind!("source-answer" 502 "数据源应答异常"),
    kind!("source-refused" 502 "数据源拒绝"),
    kind!("source-silent" 504 "数据源没有应答"),
    kind!("stopping" 503 "正在停止"),
    kind!("table-conflict" 409 "表被别人改动"),
    kind!("timeout" 408 "超时"),
    kind!("too-many-columns" 422 "列数过多"),
    kind!("too-many-drafts" 409 "草稿过多"),
    kind!("transition-refused" 409 "状态不能这样变动"),
    kind!("unknown-delimiter" 422 "分隔符无效"),
    kind!("unknown-encoding" 422 "编码名称无效"),
    kind!("unknown-format" 422 "文件格式无法识别"),
    kind!("unpacks-too-large" 422 "解压后过大"),
    kind!("unreadable-file" 422 "文件读取中断"),
    kind!("unsupported-media-type" 415 "不支持的内容类型"),
    kind!("version-removed" 410 "版本已清理"),
];
