//! The keys of the configuration, with what a reader of it must know. `docs/configuration.md` is written from here.

/// One key.
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "what a reader must know is read by the document alone"
    )
)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// As it would stand in the file.
    pub(crate) default: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

impl Key {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("YANDU_{}", self.name.to_uppercase().replace('.', "_"))
    }
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "data",
        default: r#""yandu-data""#,
        zh: "数据文件夹；命令行 `--data`",
        en: "the data folder; flag `--data`",
    },
    Key {
        name: "packs",
        default: "[]",
        zh: "场景包所在的文件夹（环境变量中以冒号分隔）；为空时用 `./packs`，再用程序所在代码库的 `packs`；命令行 `--packs`",
        en: "folders of packs (separated by colons in the environment); when empty `./packs`, then the `packs` of the checkout that the program stands in; flag `--packs`",
    },
    Key {
        name: "listen",
        default: r#""127.0.0.1:8650""#,
        zh: "`yandu serve` 的监听地址，只能是本机；端口 0 表示任选一个；命令行 `--listen`",
        en: "where `yandu serve` listens, this machine alone; port 0 takes any free one; flag `--listen`",
    },
    Key {
        name: "pg_listen",
        default: r#""""#,
        zh: "PostgreSQL 协议的监听地址，如 `127.0.0.1:5640`；为空时不开；没有证书时只能是本机；端口 0 表示任选一个；`yandu serve` 的命令行 `--pg-listen`",
        en: "where the PostgreSQL protocol listens, such as `127.0.0.1:5640`; when empty it does not; this machine alone without a certificate; port 0 takes any free one; flag `--pg-listen` of `yandu serve`",
    },
    Key {
        name: "pg_connections",
        default: "64",
        zh: "PostgreSQL 协议同时连接数的上限",
        en: "the most connections over the PostgreSQL protocol at a time",
    },
    Key {
        name: "pg_login_seconds",
        default: "10",
        zh: "PostgreSQL 协议登录的时间上限（秒）",
        en: "how long a login over the PostgreSQL protocol may take, in seconds",
    },
    Key {
        name: "pg_idle_seconds",
        default: "3600",
        zh: "PostgreSQL 协议的连接多久没有提问就断开（秒）",
        en: "how long a connection over the PostgreSQL protocol may ask nothing before it is closed, in seconds",
    },
    Key {
        name: "flight_listen",
        default: r#""""#,
        zh: "Arrow Flight SQL 的监听地址，如 `127.0.0.1:5650`；为空时不开；没有证书时只能是本机；端口 0 表示任选一个；`yandu serve` 的命令行 `--flight-listen`",
        en: "where Arrow Flight SQL listens, such as `127.0.0.1:5650`; when empty it does not; this machine alone without a certificate; port 0 takes any free one; flag `--flight-listen` of `yandu serve`",
    },
    Key {
        name: "flight_connections",
        default: "64",
        zh: "Arrow Flight SQL 同时连接数的上限",
        en: "the most connections of Arrow Flight SQL at a time",
    },
    Key {
        name: "flight_login_seconds",
        default: "10",
        zh: "Arrow Flight SQL 的连接多久没有登录就断开（秒）",
        en: "how long a connection of Arrow Flight SQL may take to log in before it is closed, in seconds",
    },
    Key {
        name: "flight_idle_seconds",
        default: "3600",
        zh: "Arrow Flight SQL 的连接、会话和预备语句多久没有使用就结束（秒）",
        en: "how long a connection, a session or a prepared statement of Arrow Flight SQL may go unused before it ends, in seconds",
    },
    Key {
        name: "tls.certificate",
        default: r#""""#,
        zh: "证书链的 PEM 文件，本站的证书在最前；用于 `tls.listen`、PostgreSQL 协议和 Arrow Flight SQL",
        en: "PEM file of the chain of certificates, the site's own first; for `tls.listen`, the PostgreSQL protocol and Arrow Flight SQL",
    },
    Key {
        name: "tls.key",
        default: r#""""#,
        zh: "证书私钥的 PEM 文件",
        en: "PEM file of the key of the certificate",
    },
    Key {
        name: "tls.listen",
        default: r#""""#,
        zh: "加密的 HTTP（HTTPS）的监听地址，其他机器由此访问，如 `0.0.0.0:8643`；为空时不开；要有证书和 `tls.names`",
        en: "where encrypted HTTP listens, by which other machines come, such as `0.0.0.0:8643`; when empty it does not; it needs a certificate and `tls.names`",
    },
    Key {
        name: "tls.names",
        default: "[]",
        zh: "其他机器访问本站所用的主机名（环境变量中以逗号分隔）；请求用别的名字一律拒绝",
        en: "the host names by which other machines reach the city (separated by commas in the environment); requests under any other are refused",
    },
    Key {
        name: "openid.issuer",
        default: r#""""#,
        zh: "统一身份认证平台（OpenID Connect）的发行者地址，与平台自己写的一字不差，如 `https://sso.example.gov.cn`；为空时不接入；见 [access.md](access.md)",
        en: "the issuer at which people sign in by OpenID Connect, exactly as the provider writes it, such as `https://sso.example.gov.cn`; nobody does when it is empty; see [access.md](access.md)",
    },
    Key {
        name: "openid.client_id",
        default: r#""""#,
        zh: "在平台登记后得到的客户端编号",
        en: "the client id that the provider has given the city",
    },
    Key {
        name: "openid.client_secret_file",
        default: r#""""#,
        zh: "存放客户端密钥的文件，一行；密钥本身不写在配置里",
        en: "the file that holds the secret of the client, in one line; the secret itself stands in no configuration",
    },
    Key {
        name: "openid.name_zh",
        default: r#""统一身份认证""#,
        zh: "登录按钮上的名称（中文）",
        en: "what stands on the button, in Chinese",
    },
    Key {
        name: "openid.name_en",
        default: r#""single sign-on""#,
        zh: "登录按钮上的名称（英文）",
        en: "what stands on the button, in English",
    },
    Key {
        name: "openid.scopes",
        default: r#"["profile"]"#,
        zh: "除 `openid` 外请求的范围（环境变量中以逗号分隔）",
        en: "the scopes that are asked for beside `openid` (separated by commas in the environment)",
    },
    Key {
        name: "openid.account_claim",
        default: r#""""#,
        zh: "哪个声明写着账号名，如 `preferred_username`；第一次登录时据此关联同名账号，关联后只认平台的编号（`sub`）；为空时只能由管理员或本人关联",
        en: "the claim that holds the name of an account, such as `preferred_username`, by which an account is linked at the first sign-in; from then on only the subject (`sub`) counts; when empty only an administrator or the person links",
    },
    Key {
        name: "openid.unknown",
        default: r#""refuse""#,
        zh: "声明所写的账号不存在时：`refuse` 拒绝，`create` 新建一个没有角色的账号",
        en: "what becomes of somebody whose claim names no account: `refuse`, or `create` one without any role",
    },
    Key {
        name: "openid.passwords",
        default: r#""everybody""#,
        zh: "谁还可以用口令登录：`everybody` 所有人，`administrators` 只有三员",
        en: "who may still log in with a password: `everybody`, or the three `administrators` alone",
    },
    Key {
        name: "openid.administrators",
        default: "false",
        zh: "三员可否由此登录；可以时也只能逐个关联，不按名称关联",
        en: "whether the three administrators may come this way; where they may, each is linked by hand and never by name",
    },
    Key {
        name: "openid.second_factors",
        default: "[]",
        zh: "平台的 `acr` 或 `amr` 出现其中之一时，不再要求账号的动态验证码（环境变量中以逗号分隔），如 `mfa`",
        en: "values of `acr` or `amr` that take the place of an account's second factor (separated by commas in the environment), such as `mfa`",
    },
    Key {
        name: "classification.until_confirmed",
        default: r#""checked""#,
        zh: "分类分级建议确认前按哪一级执行：`declared` 按声明的级别；`checked` 在场景包没有写明这一列的标准和级别、且抽样的值通过校验位时，先按更严的建议执行；`stricter` 凡更严的建议都先执行",
        en: "which grade holds before a suggestion is confirmed: `declared` the declared one; `checked` the suggestion where it is stricter, the pack says neither standard nor grade of the column, and values that were looked at pass a check digit; `stricter` every stricter suggestion",
    },
    Key {
        name: "threads",
        default: "0",
        zh: "工作线程数，0 为处理器个数",
        en: "worker threads; 0 is one for each processor",
    },
    Key {
        name: "query_memory",
        default: r#""1 GiB""#,
        zh: "所有查询合用的内存，超出时溢写磁盘或停止",
        en: "memory of all queries together before they spill or are stopped",
    },
    Key {
        name: "lookup_memory",
        default: r#""512 MiB""#,
        zh: "按主键反复查询时，留在内存中的行及查找所需的文件尾和过滤器所占的上限；0 为不留",
        en: "memory at most for rows that are kept because they are looked up by their keys again and again, with the footers and filters of files that say where they are; 0 keeps none",
    },
    Key {
        name: "query_seconds",
        default: "300",
        zh: "单次查询的时间上限（秒）",
        en: "how long one query may take, in seconds",
    },
    Key {
        name: "query_rows",
        default: "10000",
        zh: "查询没有写明 `limit` 时 JSON 应答的行数上限",
        en: "rows of a JSON answer to a query that names no limit",
    },
    Key {
        name: "upload_limit",
        default: r#""16 GiB""#,
        zh: "上传文件的大小上限",
        en: "the largest file that may be uploaded",
    },
    Key {
        name: "keep_days",
        default: "400",
        zh: "历史版本保留的天数",
        en: "days that old versions are kept",
    },
    Key {
        name: "shared_link_seconds",
        default: "3600",
        zh: "Delta Sharing 的文件地址有效的秒数",
        en: "how long the address of a file of Delta Sharing can be used, in seconds",
    },
    Key {
        name: "shared_keep_days",
        default: "7",
        zh: "没有人再取的共享文件保留的天数",
        en: "days that a shared file is kept which nobody asks for",
    },
    Key {
        name: "shared_limit",
        default: r#""10 GiB""#,
        zh: "共享文件的总大小上限，超出时先删最久没有人取的；地址仍有效的不删",
        en: "how much shared files may be together before those go that were asked for longest ago; none whose address is good",
    },
    Key {
        name: "visitors.files",
        default: "8",
        zh: "访客同时下载文件的上限（个）；满了的等几秒，还没有位置就请他过一会儿再来",
        en: "the most files that visitors take away at a time; one more waits a few seconds for its place before its visitor is asked to come again",
    },
    Key {
        name: "visitors.files_of_one",
        default: "3",
        zh: "其中同一地址的上限；地址是与本站连接的地址，不看 `X-Forwarded-For`，所以经同一个代理或单位出口来的算一个地址：所有人都经代理来的，设成与 `visitors.files` 一样",
        en: "those of them by one address, which is that of the connection and never `X-Forwarded-For`, so that whoever comes through the same proxy or office counts as one: as many as `visitors.files` where everybody comes through a proxy",
    },
    Key {
        name: "visitors.looks",
        default: "8",
        zh: "访客同时查看页面的上限（页），同样先等几秒",
        en: "the most pages with data that visitors are shown at a time, which are waited for in the same way",
    },
    Key {
        name: "visitors.looks_of_one",
        default: "4",
        zh: "其中同一地址的上限；所有人都经代理来的，设成与 `visitors.looks` 一样",
        en: "those of them for one address: as many as `visitors.looks` where everybody comes through a proxy",
    },
    Key {
        name: "grace_seconds",
        default: "20",
        zh: "停止时等待进行中的工作完成的秒数，之后取消并回滚",
        en: "seconds that a stop waits for what is under way before it is cancelled and rolled back",
    },
    Key {
        name: "log",
        default: r#""""#,
        zh: "日志级别或过滤式；为空时 `yandu serve` 用 `info`，其他命令用 `error`；命令行 `--log`",
        en: "level or filter of the log; when empty `info` for `yandu serve` and `error` for other commands; flag `--log`",
    },
    Key {
        name: "log_format",
        default: r#""text""#,
        zh: "日志格式：`text` 或 `json`",
        en: "form of the log: `text` or `json`",
    },
    Key {
        name: "font_fangsong",
        default: r#""/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc#2""#,
        zh: "公文 PDF 正文的字体文件（仿宋）；字体集合在文件名后用 `#` 加序号，从 0 起",
        en: "font file of the text of official documents in PDF (仿宋); of a collection the number of the font behind `#`, from 0",
    },
    Key {
        name: "font_kaiti",
        default: r#""""#,
        zh: "二级标题的字体（楷体）；为空时用正文的",
        en: "font of headings of the second level (楷体); that of the text when empty",
    },
    Key {
        name: "font_heiti",
        default: r#""/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc#2""#,
        zh: "一级标题和表头的字体（黑体）；为空时用正文的",
        en: "font of headings of the first level and of heads of tables (黑体); that of the text when empty",
    },
    Key {
        name: "font_biaosong",
        default: r#""/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc#2""#,
        zh: "标题的字体（小标宋）；为空时用正文的",
        en: "font of titles (小标宋); that of the text when empty",
    },
    Key {
        name: "font_songti",
        default: r#""""#,
        zh: "页码的字体（宋体）；为空时用正文的",
        en: "font of page numbers (宋体); that of the text when empty",
    },
    Key {
        name: "site_name",
        default: r#""""#,
        zh: "页面抬头上的名称，如 `临江市`；为空时为“盐渎”",
        en: "what stands at the head of pages, such as `临江市`; Yandu when empty",
    },
    Key {
        name: "city",
        default: "（无）",
        zh: "城市文件夹：本市的策略 `policies/*.cedar`、角色 `roles.yaml`、目标与指标的对应 `plan/bindings.csv`、替换场景包自带数据的 `data/<包>/*.csv`、区县在图上的位置 `areas.csv`，以及模拟城市的地方资料（见 `docs/own-city.md`）；缺省没有策略和角色，其余为内置的盐城",
        en: "folder of the city: its policies `policies/*.cedar`, its roles `roles.yaml`, `plan/bindings.csv` with what targets are bound to, `data/<pack>/*.csv` in the place of rows that packs carry, `areas.csv` with the places of counties on pictures, and the place data of the simulated city (`docs/own-city.md`); by default there are no such policies and roles, and the rest is the Yancheng that is built in",
    },
    Key {
        name: "now",
        default: r#""""#,
        zh: "让时钟停在一个时刻，供演示和测试，如 `2025-06-01T09:00+08:00`（不写时区按 +08:00）；此后每次读取只前进一微秒，到期的任务不会自行开始；数据中已有更晚的时间时从那里继续；`yandu serve` 的命令行 `--now`",
        en: "lets the clock stand at a time, for demonstrations and tests, such as `2025-06-01T09:00+08:00` (+08:00 when no offset is written); each reading is a microsecond later and nothing falls due by itself; when the data holds a later time it goes on from there; flag `--now` of `yandu serve`",
    },
];

/// The document of the configuration.
#[cfg(test)]
pub(crate) fn document() -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        "# 配置 · Configuration\n\n\
         配置写在一个 TOML 文件里：`--config FILE`、环境变量 `YANDU_CONFIG`，或当前文件夹的 `yandu.toml`。\
         环境变量覆盖文件，命令行覆盖环境变量；每个键都可以用 `--set KEY=VALUE` 在命令行设置。\n\n\
         One TOML file: `--config FILE`, the variable `YANDU_CONFIG`, or `yandu.toml` in the present folder. \
         The environment goes over the file, and flags go over both; any key can be set with `--set KEY=VALUE`.\n\n\
         | 键 key | 环境变量 variable | 缺省 default | 含义 meaning |\n|---|---|---|---|\n",
    );
    for key in KEYS {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | `{}` | {} · {} |",
            key.name,
            key.variable(),
            key.default,
            key.zh,
            key.en
        );
    }
    text.push_str(
        "\n## 场景包的设置 · Settings of packs\n\n\
         场景包声明的设置写在 `[settings.包名]` 下，也可用 `--set settings.包名.名称=值`：\n\n\
         What a pack lets a site set stands under `[settings.<pack>]`, or in `--set settings.<pack>.<name>=<value>`:\n\n\
         ```toml\nquery_seconds = 60\n\n[settings.air]\nair_api = \"http://127.0.0.1:8655/api/stations/readings\"\n```\n\n\
         ## 账号 · Accounts\n\n\
         口令、登录失败锁定、会话和授权期限写在 `[accounts]` 下，也可用 `--set accounts.名称=值`。缺省值如下，各项的依据见 \
         `crates/yandu-access/src/settings.rs`：\n\n\
         Passwords, locks, sessions and the terms of grants stand under `[accounts]`, or in `--set accounts.<name>=<value>`. \
         These are the defaults; where each comes from stands in `crates/yandu-access/src/settings.rs`:\n\n```toml\n[accounts]\n",
    );
    let defaults = toml::to_string(&yandu_access::Settings::default());
    text.push_str(&defaults.unwrap_or_default());
    text.push_str(
        "```\n\n## 密钥 · Secrets\n\n\
         密钥不写在配置里：用 `yandu secret set NAME` 存入加密存储。环境变量 `YANDU_SECRET_KEY`（64 位十六进制）代替数据文件夹里的密钥文件。\n\n\
         Secrets are not part of the configuration: `yandu secret set NAME` puts one into the encrypted store. \
         `YANDU_SECRET_KEY` (64 hexadecimal digits) takes the place of the key file in the data folder.\n",
    );
    text
}
