//! Pages for citizens, whose browsers run no scripts.

use serde_json::json;

use super::Town;

#[test]
fn a_citizen_signs_in_at_the_provider_without_scripts() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let answer = town.browse("without_scripts");
    assert_eq!(answer["offered"], json!([200, true]));
    assert_eq!(
        answer["leading"],
        json!([200, ["form-action 'self'"], "same-origin"])
    );
    assert_eq!(
        answer["arrived"],
        json!([
            "/mine/arrived?to=%2Fmine%3Flang%3Den&lang=en",
            "/mine?lang=en"
        ])
    );
    assert_eq!(answer["session"], json!(["session", "wang", "openid"]));
    assert_eq!(answer["mine"], true);
    assert_eq!(
        answer["left"],
        json!(["/mine?left=openid&lang=en", true, true])
    );
    assert_eq!(answer["after"], json!(["visitor", null, null]));
}

#[test]
fn a_page_without_scripts_says_why_the_provider_lets_nobody_in() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("without_scripts_refused"),
        json!([
            403,
            403,
            "cross-origin",
            [],
            "/mine?refused=openid-unknown&to=%2Fmine",
            [200, true],
            [false, ""],
            "0; url=/mine",
            [504, true, true]
        ])
    );
}

#[test]
fn a_page_without_scripts_asks_for_the_second_factor_after_the_provider() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("without_scripts_code"),
        json!([
            "/mine?openid=code&to=%2Fmine%2Fgrants%2FG1",
            ["visitor", null, null],
            [401, true],
            [303, "/mine/grants/G1"],
            ["session", "wang", "openid"],
            [403, true]
        ])
    );
}
