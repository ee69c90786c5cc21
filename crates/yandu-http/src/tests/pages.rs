//! The pages, in a program that was built with them, and what one without them says.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};

use super::city::{Answer, City, request};
use crate::ui;

async fn browse(city: &City, path: &str) -> Answer {
    let browser = request(Method::GET, path).header(header::ACCEPT, "text/html,*/*;q=0.8");
    city.ask(browser, Body::empty()).await
}

/// The nonce that a policy allows styles with.
fn nonce(answer: &Answer) -> Option<&str> {
    let policy = answer.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-")?;
    rest.split('\'').next()
}

#[tokio::test]
async fn a_page_is_the_shell_under_a_strict_policy_with_a_nonce_of_its_own() {
    let city = City::found().await;
    let home = browse(&city, "/").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.header("content-type").starts_with("text/html"));
    assert_eq!(home.header("cache-control"), "no-store");
    if !ui::is_built() {
        assert!(home.text().contains("Node.js 20"), "{}", home.text());
        return;
    }
    let page = browse(&city, "/datasets/club.member").await;
    for answer in [&home, &page] {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let nonce = nonce(answer).unwrap();
        assert!(answer.text().contains(nonce), "the page has another nonce");
        assert!(!answer.text().contains("__CSP_NONCE__"));
    }
    assert_ne!(nonce(&home), nonce(&page));
}

#[tokio::test]
async fn a_wall_has_a_shell_of_its_own_under_the_same_policy() {
    let city = City::found().await;
    if !ui::is_built() {
        return;
    }
    let desk = browse(&city, "/boards/plan.city").await;
    for path in ["/wall/plan.city", "/wall"] {
        let wall = browse(&city, path).await;
        assert_eq!(wall.status, StatusCode::OK, "{path}");
        assert!(wall.text().contains(nonce(&wall).unwrap()), "{path}");
        assert_eq!(wall.header("cache-control"), "no-store", "{path}");
        assert_ne!(script(&wall), script(&desk), "{path}");
    }
    let page = browse(&city, "/wallpaper").await;
    assert_eq!(script(&page), script(&desk));
}

/// The script that a shell begins with.
fn script(answer: &Answer) -> String {
    let (_, rest) = answer.text().split_once("src=\"/assets/").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_asset_is_kept_for_good_and_a_missing_one_is_no_page() {
    let city = City::found().await;
    for path in ["/assets/none.mjs", "/none.js", "/api/v1/none", "/api/none"] {
        assert_eq!(browse(&city, path).await.problem().0, 404, "{path}");
    }
    assert_eq!(city.get("/datasets").await.problem().0, 404);
    if !ui::is_built() {
        return;
    }
    let shell = browse(&city, "/").await;
    let (_, rest) = shell.text().split_once("src=\"/assets/").unwrap();
    let path = format!("/assets/{}", rest.split('"').next().unwrap());
    let asset = browse(&city, &path).await;
    assert_eq!(asset.status, StatusCode::OK, "{path}");
    assert!(asset.header("content-type").starts_with("text/javascript"));
    assert!(asset.header("cache-control").contains("immutable"));
}
