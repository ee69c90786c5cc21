use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

/// The one page of a program that was built without its pages: what runs here, and where to go.
const PAGE: &str = r#"<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>盐渎</title>
<style>
body { font: 16px/1.7 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
h1 { font-size: 1.6rem } code { background: #eef2f6; padding: .1em .35em; border-radius: .25em } a { color: #0b57a4 } li { margin: .3em 0 }
</style>
<h1>盐渎 · 数字城市操作系统</h1>
<p>这里运行着一座城市的数据底座：部门交来的文件在此归集、核查、隔离问题数据、入湖，并以 SQL 查询。</p>
<ul>
<li><a href="/api/v1/datasets">数据集</a>，<a href="/api/v1/batches">批次</a>，<a href="/api/v1/sources">数据源</a>，<a href="/api/v1/packs">场景包</a>，<a href="/api/v1/notices">提醒</a></li>
<li><a href="/api/v1/openapi.json">接口说明（OpenAPI）</a></li>
<li><a href="/metrics">运行指标</a>，<a href="/healthz">存活</a>，<a href="/readyz">就绪</a></li>
</ul>
<p>本程序编译时没有 Node.js，因此不含网页界面；装好 Node.js 20 或更高版本后重新执行 <code>make run</code> 即可。</p>
<p>在本机终端里可以这样查询：<code>yandu sql "SELECT count(*) FROM population.resident"</code></p>
<p lang="en">Yandu: a city's data is collected, checked and queried here. This program was built without Node.js and has no
pages; install Node.js 20 or later and run <code>make run</code> again. Start with the <a href="/api/v1/openapi.json">OpenAPI document</a>.</p>
</html>
"#;

pub(crate) fn home() -> Response {
    (
        [(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )],
        Html(PAGE),
    )
        .into_response()
}
