//! An account is linked to whom its owner was shown, and to nobody else.

use axum::http::{Method, header};
use serde_json::{Value, json};

use super::accounts::{PASSWORD, Somebody};
use super::city::City;

const ISSUER: &str = "https://sso.example.gov.cn";
const IDENTITIES: &str = "/api/v1/account/identities";
const PROVED: &str = "/api/v1/account/identities/proved";

/// The same browser after a provider has proved a subject for the account of its session.
async fn proved(city: &City, who: &Somebody, account: &str, subject: &str) -> Somebody {
    let path = "/api/v1/account/sessions";
    let sessions = city.ok(who, Method::GET, path, &Value::Null).await;
    let kept = json!({
        "what": {
            "identified": {"issuer": ISSUER, "subject": subject, "account": null, "name": subject, "has_second_factor": false},
            "linking": {"account": account, "session": sessions["sessions"][0]["id"]},
        },
        "until": "9000-01-01T00:00:00Z",
    });
    let accounts = city.state.door().accounts();
    let sealed = accounts.seal("openid proved", &kept.to_string()).unwrap();
    let (_, cookie) = who.0.clone().unwrap();
    let both = format!("{cookie}; yandu_openid_proved={sealed}");
    Somebody(Some((header::COOKIE, both)))
}

fn confirmed(issuer: &str, subject: &str) -> Value {
    json!({"issuer": issuer, "subject": subject, "password": PASSWORD})
}

#[tokio::test]
async fn whoever_was_proved_after_the_owner_looked_is_not_linked() {
    let (city, root) = City::claimed().await;
    let li = city.somebody(&root, "li", &[]).await;
    let shown = proved(&city, &li, "li", "s-li").await;
    let list = city.ok(&shown, Method::GET, IDENTITIES, &Value::Null).await;
    assert_eq!(list["proved"]["subject"], "s-li");
    let later = proved(&city, &li, "li", "s-other").await;
    for (issuer, subject) in [(ISSUER, "s-li"), ("https://elsewhere.example", "s-other")] {
        let said = confirmed(issuer, subject);
        let code = city.refused(&later, Method::POST, PROVED, &said).await;
        assert_eq!(code, "openid-changed", "{said}");
    }
    let unsaid = json!({"password": PASSWORD});
    let code = city.refused(&later, Method::POST, PROVED, &unsaid).await;
    assert_ne!(code, "openid-changed");
    let list = city.ok(&later, Method::GET, IDENTITIES, &Value::Null).await;
    assert_eq!(list["identities"], json!([]));
    assert_eq!(list["proved"]["subject"], "s-other");
    let said = confirmed(ISSUER, "s-other");
    let linked = city.ok(&later, Method::POST, PROVED, &said).await;
    assert_eq!(linked["subject"], "s-other");
}
