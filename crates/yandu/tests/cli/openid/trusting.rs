//! Providers that change, are away, or lie.

use serde_json::json;

use super::{Town, serve};
use crate::support::Place;

/// How signing in is refused with what the provider says.
const NOT_BELIEVED: &str = "openid-answer&to=%2F";

#[test]
fn keys_may_change_and_a_provider_may_be_away() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(town.browse("rotated"), json!(["/", "/"]));
    assert_eq!(
        town.browse("down"),
        json!([
            504,
            "openid-silent",
            false,
            200,
            "/login?refused=openid-silent&to=%2F",
            "/"
        ])
    );
}

#[test]
fn the_city_starts_without_its_provider_and_not_with_a_wrong_setting() {
    let place = Place::with_pack();
    place.write("secret", "s3cret-of-the-client\n");
    let mut server = serve(&place, "http://127.0.0.1:9", &[]);
    let (status, body) = server.post("/api/v1/session/openid", "application/json", "{}");
    assert_eq!(
        (status, body.contains("openid-silent")),
        (504, true),
        "{body}"
    );
    let log = server.stop();
    assert!(log.contains("nobody can sign in at the provider"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
    let run = place
        .yandu(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--set",
            "openid.issuer=http://sso.example.gov.cn",
        ])
        .fails();
    assert!(
        run.stderr
            .contains("`openid.client_secret_file` is missing"),
        "{}",
        run.stderr
    );
    let mut server = place.serve();
    let (status, body) = server.post("/api/v1/session/openid", "application/json", "{}");
    assert_eq!((status, body.contains("openid-off")), (404, true), "{body}");
    server.stop();
}

#[test]
fn nothing_that_a_provider_lies_about_lets_anybody_in() {
    let Some(town) = Town::with_liar(&[]) else {
        return;
    };
    let lies = [
        "none",
        "hs256",
        "confused",
        "stolen",
        "changed",
        "expired",
        "issuer",
        "audience",
        "audiences",
        "azp",
        "nonce",
        "no-nonce",
        "no-subject",
        "no-token",
        "at-hash",
        "mixed-up",
    ];
    let mut modes = vec!["good", "rotated", "elliptic", "refused"];
    modes.extend(lies);
    let answers = town.browse_with("lies", &json!({"modes": modes}));
    for honest in ["good", "rotated", "elliptic"] {
        assert_eq!(answers[honest], json!(["/", "wang"]), "{honest}");
    }
    assert_eq!(answers["refused"], json!(["openid-refused&to=%2F", null]));
    for lie in lies {
        assert_eq!(answers[lie], json!([NOT_BELIEVED, null]), "{lie}");
    }
    assert_eq!(town.browse("lies_of_itself"), "openid-silent");
}
