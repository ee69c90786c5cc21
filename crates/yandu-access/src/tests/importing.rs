use super::site::{LOCAL, Site, id, roles};
use crate::{Error, Filter, IMPORT_ROWS, Kind, RowFault, Status};

async fn faults(site: &Site, table: &[u8]) -> Vec<RowFault> {
    match site.accounts.import(LOCAL, table).await {
        Err(Error::Import(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

/// Where the faults are: `line column`.
async fn places(site: &Site, table: &str) -> Vec<String> {
    let faults = faults(site, table.as_bytes()).await;
    let places = faults.iter().map(|fault| {
        let column = fault.column.as_deref().unwrap_or("-");
        format!("{} {column}", fault.line)
    });
    places.collect()
}

async fn count(site: &Site) -> usize {
    let all = site.accounts.list(&Filter::default(), None, 100_000).await;
    all.unwrap().len()
}

#[tokio::test]
async fn a_chinese_table_with_a_byte_order_mark_is_imported_whole() {
    let site = Site::new().await;
    let table = "\u{feff}账号,姓名,类别,单位,区划,角色,统一社会信用代码\r\n\
        wang,王五,个人,SJ,330100,reader；collector,\r\n\
        \r\n\
        firm,\"某, 公司\",企业,,,,91350100M000100Y43\r\n\
        ,,,,,,\r\n\
        bridge,桥,服务,,,,\r\n";
    let made = site.accounts.import(LOCAL, table.as_bytes()).await.unwrap();
    assert_eq!(made.len(), 3);
    let wang = site.accounts.find(&id("wang")).await.unwrap();
    assert_eq!(wang, made[0]);
    assert_eq!(wang.roles, roles(&["reader", "collector"]));
    assert_eq!((wang.kind, wang.status), (Kind::Person, Status::Invited));
    let firm = site.accounts.find(&id("firm")).await.unwrap();
    assert_eq!(firm.name, "某, 公司");
    assert_eq!(firm.kind, Kind::Organisation);
    assert_eq!(firm.uscc.as_deref(), Some("91350100M000100Y43"));
    let bridge = site.accounts.find(&id("bridge")).await.unwrap();
    assert_eq!(
        (bridge.kind, bridge.status),
        (Kind::Service, Status::Active)
    );
}

#[tokio::test]
async fn english_headers_stand_in_any_order_and_what_is_not_said_is_empty() {
    let site = Site::new().await;
    let table = "Name,ACCOUNT\nWang,wang\n";
    let made = site.accounts.import(LOCAL, table.as_bytes()).await.unwrap();
    assert_eq!(made[0].id, id("wang"));
    assert!(made[0].roles.is_empty());
}

#[tokio::test]
async fn all_faults_of_all_rows_are_told_with_their_lines_and_nothing_is_made() {
    let site = Site::new().await;
    site.person("taken").await;
    let table = "account,name,kind,department,division,roles,uscc\r\n\
        good,好,person,SJ,330100,reader,\r\n\
        Wang,,robot,XX,999999,reader;nobody;Bad Role,91350100M000100Y43\r\n\
        \r\n\
        \"two\",\"a\r\nb\",,,,,\r\n\
        good,好,,,,,\r\n\
        taken,有,,,,,\r\n\
        both,两,,,,system-administrator;audit-administrator,\r\n\
        long,长,,,,,,more\r\n";
    let expected = [
        "3 account",
        "3 kind",
        "3 roles",
        "3 name",
        "3 uscc",
        "3 department",
        "3 division",
        "3 roles",
        "5 name",
        "7 account",
        "8 account",
        "9 roles",
        "10 -",
    ];
    assert_eq!(places(&site, table).await, expected);
    assert_eq!(count(&site).await, 1, "only the one that was there");
    let error = site
        .accounts
        .import(LOCAL, table.as_bytes())
        .await
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("nothing is imported: line 3, `account`"),
        "{told}"
    );
    assert!(told.ends_with("and 12 more faults"), "{told}");
}

#[tokio::test]
async fn a_fault_says_what_may_be_meant() {
    let site = Site::new().await;
    let table = "account,name,roles\nwang,王,colector\n";
    let faults = faults(&site, table.as_bytes()).await;
    let why = "there is no role `colector`; did you mean `collector`?";
    assert_eq!(faults[0].why, why);
}

#[tokio::test]
async fn a_role_is_written_by_its_title_too_and_a_fault_says_which_there_are() {
    let site = Site::new().await;
    let table = "账号,姓名,角色\nwang,王五,读者；collector\nli,李四,采集员\n";
    let made = site.accounts.import(LOCAL, table.as_bytes()).await.unwrap();
    assert_eq!(made[0].roles, roles(&["reader", "collector"]));
    assert_eq!(made[1].roles, roles(&["collector"]));
    let table = "account,name,roles\nzhao,赵,经办人\nqian,钱,zzz\n";
    for fault in faults(&site, table.as_bytes()).await {
        assert_eq!(fault.column.as_deref(), Some("roles"));
        assert!(fault.why.contains("collector (采集员)"), "{}", fault.why);
        assert!(fault.why.contains("reader (读者)"), "{}", fault.why);
    }
}

#[tokio::test]
async fn a_header_that_means_nothing_twice_the_same_or_missing_is_a_fault() {
    let site = Site::new().await;
    for (table, expected) in [
        ("account,name,password\nwang,王,x\n", vec!["1 password"]),
        ("account,name,账号\nwang,王,x\n", vec!["1 账号"]),
        ("name\n王\n", vec!["1 account"]),
        ("wang,王\n", vec!["1 wang", "1 王", "1 account", "1 name"]),
        ("", vec!["1 -"]),
        ("account,name\n", vec!["1 -"]),
    ] {
        assert_eq!(places(&site, table).await, expected, "{table}");
    }
}

#[tokio::test]
async fn a_table_that_is_no_utf_8_is_told_where() {
    let site = Site::new().await;
    let mut table = "account,name\nwang,王\nzhao,".as_bytes().to_vec();
    // 赵 in GB 18030.
    table.extend_from_slice(&[0xd5, 0xd4, b'\n']);
    let faults = faults(&site, &table).await;
    assert_eq!(faults[0].line, 3);
    assert!(faults[0].why.contains("UTF-8"));
}

#[tokio::test]
async fn ten_thousand_rows_are_imported_and_not_one_more() {
    let site = Site::new().await;
    let mut table = "account,name\n".to_owned();
    for number in 0..IMPORT_ROWS {
        table.push_str(&format!("a{number},名\n"));
    }
    let more = format!("{table}more,名\n");
    let expected = format!("{} -", IMPORT_ROWS + 2);
    assert_eq!(places(&site, &more).await, [expected]);
    let made = site.accounts.import(LOCAL, table.as_bytes()).await.unwrap();
    assert_eq!(made.len(), IMPORT_ROWS);
    assert_eq!(count(&site).await, IMPORT_ROWS);
}
