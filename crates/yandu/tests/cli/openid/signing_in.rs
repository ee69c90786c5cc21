//! Who is let in, and with which session.

use serde_json::json;

use super::Town;

#[test]
fn somebody_signs_in_and_has_the_session_that_a_password_makes() {
    let Some(mut town) = Town::new(&[]) else {
        return;
    };
    let answer = town.browse("success");
    assert_eq!(answer["provider"], json!(["统一身份认证", true, true]));
    assert_eq!(answer["status"], 303);
    assert_eq!(answer["location"], "/account?tab=sights");
    assert_eq!(
        answer["session_cookie"],
        "Path=/; HttpOnly; SameSite=Strict"
    );
    assert_eq!(
        answer["attempt_cookies"],
        json!(["Path=/api/v1/session/openid; HttpOnly; SameSite=Lax; Max-Age=0"])
    );
    assert_eq!(answer["session"], json!(["session", "wang", "openid"]));
    assert_eq!(
        answer["events"],
        json!([["login", "openid"], ["identity-linked", null]])
    );
    assert_eq!(answer["identity"], json!(["s-wang", "王芳", "(provider)"]));
    assert_eq!(answer["typed"], json!(["session", "wang", "password"]));
    assert_eq!(answer["end"], "/session/end");
    assert_eq!(answer["end_page"], 200);
    assert_eq!(answer["after"], json!(["visitor", null, null]));
    let log = town.server.stop();
    for secret in [town.providers.secret.as_str(), "code=", "state=", "ys_"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn one_comes_back_to_a_place_of_the_city_and_no_other() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("places"),
        json!(["/", "/", "/", "/plans/2025?x=1#here"])
    );
}

#[test]
fn somebody_unknown_is_refused_and_an_account_is_made_only_where_the_site_says_so() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let refused = "/login?refused=openid-unknown&to=%2Fplans";
    assert_eq!(town.browse("unknown"), json!([refused, refused]));
    drop(town);
    let Some(town) = Town::new(&["openid.unknown=create"]) else {
        return;
    };
    assert_eq!(town.browse("unknown"), json!(["/plans", refused]));
}

#[test]
fn an_attempt_and_a_code_are_used_once() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let visitor = json!(["visitor", null, null]);
    assert_eq!(
        town.browse("replayed"),
        json!([
            "/",
            "/login?refused=openid-attempt&to=%2F",
            "/login?refused=openid-refused&to=%2F",
            visitor,
            visitor
        ])
    );
}

#[test]
fn an_attempt_is_finished_by_the_browser_that_began_it() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let refused = "/login?refused=openid-attempt&to=%2F";
    assert_eq!(
        town.browse("other_browser"),
        json!([
            refused,
            refused,
            refused,
            refused,
            ["visitor", null, null],
            "/",
            ["session", "li", "openid"]
        ])
    );
    assert_eq!(
        town.browse("elsewhere"),
        json!(["cross-origin", "cross-origin", 0])
    );
}

#[test]
fn a_disabled_account_loses_its_sessions_and_stays_shut() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("disabled"),
        json!([
            200,
            "/",
            ["visitor", null, null],
            "/login?refused=account-status&to=%2F"
        ])
    );
}

#[test]
fn a_name_that_is_taken_at_the_provider_opens_nobody_elses_account() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("renamed"),
        json!([
            "/",
            "/login?refused=openid-taken&to=%2F",
            ["visitor", null, null],
            ["session", "wang", "openid"]
        ])
    );
}

#[test]
fn a_second_factor_is_asked_for_after_the_provider() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("second_factor"),
        json!([
            "/login?openid=code&to=%2Fplans",
            "visitor",
            "login-refused",
            200,
            ["session", "wang", "openid"],
            "openid-attempt"
        ])
    );
    drop(town);
    let Some(town) = Town::with_liar(&["openid.second_factors=mfa"]) else {
        return;
    };
    assert_eq!(
        town.browse("strong"),
        json!(["/login?openid=code&to=%2F", "/"])
    );
}
