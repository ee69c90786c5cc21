//! What a scrape of Prometheus is told.

use super::*;

/// One service reads all of the model, others a part of its rows or columns.
const SERVICES: &str = r#"
@id("all") @about("监测系统读取各月入会人数") @up_to("core")
permit (principal == Service::"watch", action == Action::"read", resource == Dataset::"club.joined");
@id("rows") @about("一个系统读取有人入会的月份") @up_to("core") @rows("joined >= 1")
permit (principal == Service::"rows", action == Action::"read", resource == Dataset::"club.joined");
@id("columns") @about("一个系统读取各月人数，不读姓名") @up_to("core") @columns("month, joined, fees")
permit (principal == Service::"columns", action == Action::"read", resource == Dataset::"club.joined");
"#;
const TOLD: &str = "yandu_metric_value{metric=\"club.joined\",unit=\"人\"} 2";
const OF_THE_PROGRAM: [&str; 3] = [
    "yandu_http_requests_total{",
    "yandu_uptime_seconds ",
    "yandu_collections_under_way ",
];

/// What a scrape of Prometheus is told.
async fn scraped(city: &City, who: &Somebody) -> String {
    let answer = city.send(who, Method::GET, "/metrics", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(answer.text().ends_with("# EOF\n"));
    answer.text().to_owned()
}

#[tokio::test]
async fn a_scrape_tells_a_service_the_numbers_of_what_it_sees_all_of_and_nothing_of_the_program() {
    let city = city_under(SERVICES, JOINED).await;
    city.state.metrics().record().await.unwrap();
    let root = city.claim().await;
    for (id, is_told) in [
        ("watch", true),
        ("rows", false),
        ("columns", false),
        ("other", false),
    ] {
        let service = city.service(&root, id, &[], &["read"]).await;
        let told = scraped(&city, &service).await;
        assert_eq!(told.contains(TOLD), is_told, "{id}: {told}");
        assert_eq!(told.contains("club.joined"), is_told, "{id}: {told}");
        for of_the_program in OF_THE_PROGRAM {
            assert!(!told.contains(of_the_program), "{id}: {told}");
        }
    }
}

#[tokio::test]
async fn a_scrape_tells_counts_of_the_program_to_whoever_operates_it_and_no_number_of_the_city() {
    let city = city_under(EVERYBODY, JOINED).await;
    city.state.metrics().record().await.unwrap();
    let root = city.claim().await;
    let office = ["system-administrator"];
    let watch = city.service(&root, "watch", &office, &["read"]).await;
    for who in [&root, &watch] {
        let told = scraped(&city, who).await;
        for of_the_program in OF_THE_PROGRAM {
            assert!(told.contains(of_the_program), "{told}");
        }
        assert!(!told.contains("club."), "{told}");
    }
    // Whoever is none of the three reads, and operates nothing.
    let reader = city.service(&root, "reader", &[], &["read"]).await;
    let told = scraped(&city, &reader).await;
    assert!(told.contains(TOLD), "{told}");
    assert!(!told.contains(OF_THE_PROGRAM[0]), "{told}");
    // The token on the disk of Prometheus changes nothing, whatever its account may do.
    let run = "/api/v1/models/run";
    let refused = city.refused(&watch, Method::POST, run, &json!({})).await;
    assert_eq!(refused, "not-permitted");
    let deliverer = city.service(&root, "deliverer", &[], &["deliver"]).await;
    for (who, expected) in [
        (&deliverer, "not-permitted"),
        (&Somebody(None), "login-needed"),
    ] {
        let refused = city
            .refused(who, Method::GET, "/metrics", &Value::Null)
            .await;
        assert_eq!(refused, expected);
    }
}
