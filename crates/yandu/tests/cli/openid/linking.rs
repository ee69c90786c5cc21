//! Accounts that are linked to somebody at the provider.

use serde_json::json;

use super::Town;

#[test]
fn an_account_is_linked_by_its_owner_or_an_administrator_and_the_link_is_taken_away() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("linked"),
        json!([
            "/account?tab=identities&confirm=yes",
            [
                [[], "s-other"],
                "login-refused",
                [[], "s-other"],
                201,
                [["s-other"], null]
            ],
            ["session", "li", "openid"],
            ["s-other"],
            204,
            "/login?refused=openid-unknown&to=%2F",
            "/account?tab=identities&refused=openid-attempt",
            [],
            201,
            ["session", "li", "openid"],
            "login-needed"
        ])
    );
}

#[test]
fn a_linking_that_somebody_has_left_in_a_browser_links_nobody_who_comes_after() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let nobody = json!([[], null]);
    let confirm = "/account?tab=identities&confirm=yes";
    assert_eq!(
        town.browse("left_behind"),
        json!([
            [
                nobody,
                "openid-attempt",
                confirm,
                nobody,
                "openid-attempt",
                [[], "s-other"],
                204,
                nobody,
                "openid-attempt"
            ],
            [],
            []
        ])
    );
    drop(town);
    let Some(town) = Town::new(&[]) else {
        return;
    };
    assert_eq!(
        town.browse("proved_twice"),
        json!([
            "second-factor-needed",
            "login-refused",
            201,
            [["s-other"], null]
        ])
    );
}

#[test]
fn an_account_is_linked_to_nobody_but_whom_its_owner_was_shown() {
    let Some(town) = Town::new(&[]) else {
        return;
    };
    let other = json!([[], "s-other"]);
    assert_eq!(
        town.browse("replaced"),
        json!([
            "s-li",
            other,
            "openid-changed",
            "openid-changed",
            other,
            201,
            [["s-other"], null]
        ])
    );
}
