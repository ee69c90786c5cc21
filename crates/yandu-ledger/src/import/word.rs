//! The words of catalogues, as departments write them, and what they are here.

/// Headers of the core metadata (政务信息资源目录编制指南) and common ways to write them, without brackets and spaces.
const HEADERS: &[(&str, &[&str])] = &[
    ("id", &["id", "编号", "条目编号"]),
    (
        "theme",
        &["theme", "信息资源分类", "资源分类", "主题", "主题分类"],
    ),
    (
        "code",
        &[
            "code",
            "信息资源代码",
            "资源代码",
            "目录代码",
            "信息资源编码",
        ],
    ),
    (
        "title",
        &[
            "title",
            "信息资源名称",
            "资源名称",
            "目录名称",
            "数据资源名称",
            "名称",
        ],
    ),
    ("title.en", &["title_en", "英文名称"]),
    (
        "owner",
        &[
            "owner",
            "信息资源提供方",
            "资源提供方",
            "提供方",
            "提供部门",
            "责任部门",
            "数源单位",
        ],
    ),
    (
        "owner_code",
        &[
            "owner_code",
            "资源提供方代码",
            "信息资源提供方代码",
            "提供方代码",
            "统一社会信用代码",
        ],
    ),
    (
        "about",
        &["about", "信息资源摘要", "资源摘要", "摘要", "说明"],
    ),
    ("kind", &["kind", "信息资源格式", "资源格式", "格式"]),
    (
        "columns",
        &["columns", "信息项", "信息项信息", "信息项名称", "数据项"],
    ),
    (
        "sharing.class",
        &["sharing", "sharing_class", "共享类型", "共享属性"],
    ),
    ("sharing.condition", &["sharing_condition", "共享条件"]),
    (
        "sharing.basis",
        &["sharing_basis", "共享依据", "不予共享依据", "法律依据"],
    ),
    ("sharing.method", &["sharing_method", "共享方式"]),
    (
        "opening",
        &["opening", "开放属性", "开放类型", "是否向社会开放"],
    ),
    ("opening_condition", &["opening_condition", "开放条件"]),
    ("refresh", &["refresh", "更新周期", "更新频率"]),
    ("related", &["related", "关联资源代码", "关联条目"]),
    ("key", &["key", "主键", "标识信息项"]),
    ("origin", &["origin", "数据来源方式"]),
    ("grade", &["grade", "数据分级", "安全分级", "分级"]),
    (
        "division",
        &["division", "行政区划代码", "行政区划", "区划"],
    ),
    ("contact", &["contact", "联系方式", "联系人"]),
    ("late_contact", &["late_contact", "催办联系人"]),
    ("steward", &["steward", "数据管理员", "负责人"]),
    ("tags", &["tags", "标签", "关键词"]),
    ("points", &["points", "工作要点", "要点"]),
    ("status", &["status", "状态"]),
    // When it was published is known from the history, and the rest is counted here.
    (
        "",
        &[
            "published_at",
            "发布日期",
            "缺少的要素",
            "数据量",
            "质量评分",
        ],
    ),
];

/// The values of a closed list, each with the words for it.
type Words = &'static [(&'static str, &'static [&'static str])];

/// Values of closed lists.
const VALUES: &[(&str, Words)] = &[
    (
        "sharing.class",
        &[
            ("unconditional", &["无条件共享", "无条件"]),
            ("conditional", &["有条件共享", "有条件"]),
            ("none", &["不予共享", "不共享"]),
        ],
    ),
    (
        "sharing.method",
        &[
            ("system-link", &["系统对接", "共享平台对接"]),
            ("online-query", &["联机查询", "在线查询"]),
            ("online-view", &["联机浏览", "在线浏览"]),
            ("service", &["部门接口", "接口", "服务调用", "接口调用"]),
            ("download", &["下载", "文件下载"]),
            ("copy", &["拷贝", "复制", "介质拷贝"]),
            ("other", &["其他", "其它"]),
        ],
    ),
    (
        "opening",
        &[
            ("open", &["开放", "无条件开放", "是"]),
            ("conditional", &["有条件开放", "依申请开放"]),
            ("closed", &["不开放", "不予开放", "否"]),
        ],
    ),
    (
        "refresh",
        &[
            ("real-time", &["实时"]),
            ("hourly", &["每小时"]),
            ("daily", &["每日", "每天", "日"]),
            ("weekly", &["每周", "周"]),
            ("ten-daily", &["每旬", "旬"]),
            ("monthly", &["每月", "月"]),
            ("quarterly", &["每季度", "每季", "季度", "季"]),
            ("half-yearly", &["每半年", "半年"]),
            ("yearly", &["每年", "年度", "年"]),
            ("irregular", &["不定期", "其他"]),
        ],
    ),
    (
        "origin",
        &[
            ("collect", &["归集"]),
            ("model", &["加工"]),
            ("matter", &["办件"]),
            ("form", &["填报"]),
            ("observe", &["感知"]),
        ],
    ),
    (
        "kind",
        &[
            ("table", &["数据库", "数据库表", "库表"]),
            ("api", &["接口", "数据接口"]),
            (
                "file",
                &[
                    "电子表格",
                    "电子文件",
                    "文件",
                    "图形图像",
                    "矢量",
                    "栅格",
                    "自描述格式",
                ],
            ),
            ("stream", &["流媒体", "流", "消息队列"]),
        ],
    ),
    (
        "grade",
        &[
            ("general-1", &["一般数据1级", "一般1级"]),
            ("general-2", &["一般数据2级", "一般2级"]),
            ("general-3", &["一般数据3级", "一般3级"]),
            ("general-4", &["一般数据4级", "一般4级"]),
            ("important", &["重要数据", "重要"]),
            ("core", &["核心数据", "核心"]),
        ],
    ),
    (
        "status",
        &[
            ("drafted", &["草拟"]),
            ("reviewed", &["已审核"]),
            ("published", &["已发布"]),
            ("changed", &["已变更"]),
            ("withdrawn", &["已撤销"]),
        ],
    ),
];

/// How a word of a closed list is said in Chinese; the word itself where the list does not know it.
pub(crate) fn said<'a>(field: &str, word: &'a str) -> &'a str {
    VALUES
        .iter()
        .find(|(of, _)| *of == field)
        .and_then(|(_, words)| words.iter().find(|(known, _)| *known == word))
        .and_then(|(_, ways)| ways.first().copied())
        .unwrap_or(word)
}

/// The field that a header stands for: empty for one that is known and not needed, `None` for one that means nothing.
pub(super) fn field(header: &str) -> Option<&'static str> {
    let folded: String = yandu_words::fold_header(header)
        .chars()
        .take_while(|sign| !matches!(sign, '(' | '（' | '['))
        .collect();
    HEADERS
        .iter()
        .find(|(_, headers)| {
            headers
                .iter()
                .any(|known| yandu_words::fold_header(known) == folded)
        })
        .map(|(field, _)| *field)
}

/// The word for a value of a field; the value itself where the list is open or does not know it.
pub(super) fn value<'a>(field: &str, value: &'a str) -> &'a str {
    VALUES
        .iter()
        .find(|(of, _)| *of == field)
        .and_then(|(_, words)| {
            words
                .iter()
                .find(|(_, ways)| ways.contains(&value))
                .map(|(word, _)| *word)
        })
        .unwrap_or(value)
}
