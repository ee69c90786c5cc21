use super::site::{LOCAL, PASSWORD, Site, code};
use crate::totp::{self, step_of};
use crate::{Client, Enrolment, LoggedIn, Result};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The bytes that an authenticator keeps of what was typed into it.
pub(super) fn typed(enrolment: &Enrolment) -> Vec<u8> {
    let mut bits = String::new();
    for sign in enrolment.secret.reveal().chars() {
        let value = ALPHABET.find(sign).unwrap();
        bits.push_str(&format!("{value:05b}"));
    }
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

/// The code that an authenticator shows now, or some steps from now.
fn shown(site: &Site, secret: &[u8], steps: i64) -> String {
    totp::code(secret, step_of(site.now()) + steps).unwrap()
}

async fn login(site: &Site, password: &str, code: Option<&str>) -> Result<LoggedIn> {
    site.accounts
        .login("wang", password, code, Client::default())
        .await
}

/// Somebody with a second factor, whose code of this step is used up.
async fn enrolled(site: &Site) -> Vec<u8> {
    let wang = site.person("wang").await;
    let enrolment = site.accounts.begin_second_factor(&wang).await.unwrap();
    let secret = typed(&enrolment);
    assert!(enrolment.uri.reveal().contains(enrolment.secret.reveal()));
    let code = shown(site, &secret, 0);
    let account = site
        .accounts
        .confirm_second_factor(&wang, &code)
        .await
        .unwrap();
    assert!(account.has_second_factor);
    secret
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed() {
    let mut site = Site::new().await;
    let wang = site.person("wang").await;
    let answer = site.accounts.confirm_second_factor(&wang, "123456").await;
    assert_eq!(code(answer), "second-factor");
    let first = site.accounts.begin_second_factor(&wang).await.unwrap();
    site.login("wang").await.unwrap();
    let second = site.accounts.begin_second_factor(&wang).await.unwrap();
    let replaced = shown(&site, &typed(&first), 0);
    let answer = site.accounts.confirm_second_factor(&wang, &replaced).await;
    assert_eq!(code(answer), "second-factor");
    let secret = typed(&second);
    let right = shown(&site, &secret, 0);
    site.accounts
        .confirm_second_factor(&wang, &right)
        .await
        .unwrap();
    let answer = site.accounts.begin_second_factor(&wang).await;
    assert_eq!(code(answer), "second-factor");

    assert_eq!(code(site.login("wang").await), "second-factor-needed");
    // Who does not know the password does not learn that there is one.
    assert_eq!(code(login(&site, "a", None).await), "login-refused");
    site.pass_minutes(1);
    let right = shown(&site, &secret, 0);
    let session = login(&site, PASSWORD, Some(&right)).await.unwrap().session;
    assert!(session.account.has_second_factor);
}

#[tokio::test]
async fn a_code_is_accepted_once_also_after_a_restart() {
    let mut site = Site::new().await;
    let secret = enrolled(&site).await;
    let used = shown(&site, &secret, 0);
    assert_eq!(
        code(login(&site, PASSWORD, Some(&used)).await),
        "login-refused"
    );
    site.pass_minutes(1);
    let right = shown(&site, &secret, 0);
    login(&site, PASSWORD, Some(&right)).await.unwrap();
    assert_eq!(
        code(login(&site, PASSWORD, Some(&right)).await),
        "login-refused"
    );
    let before = shown(&site, &secret, -1);
    assert_eq!(
        code(login(&site, PASSWORD, Some(&before)).await),
        "login-refused"
    );
    let site = site.again().await;
    assert_eq!(
        code(login(&site, PASSWORD, Some(&right)).await),
        "login-refused"
    );
    let next = shown(&site, &secret, 1);
    login(&site, PASSWORD, Some(&next)).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_lock_the_name_like_wrong_passwords() {
    let mut site = Site::new().await;
    let secret = enrolled(&site).await;
    site.pass_minutes(1);
    let right = shown(&site, &secret, 0);
    let wrong = shown(&site, &secret, 7);
    for expected in [
        "login-refused",
        "login-refused",
        "login-refused",
        "login-refused",
        "account-locked",
    ] {
        // Asking for the code in between forgets nothing.
        if expected == "login-refused" {
            assert_eq!(code(site.login("wang").await), "second-factor-needed");
        }
        assert_eq!(code(login(&site, PASSWORD, Some(&wrong)).await), expected);
    }
    assert_eq!(
        code(login(&site, PASSWORD, Some(&right)).await),
        "account-locked"
    );
}

#[tokio::test]
async fn a_second_factor_that_is_taken_away_is_not_asked_for() {
    let site = Site::new().await;
    enrolled(&site).await;
    let wang = "wang".parse().unwrap();
    let account = site.accounts.remove_second_factor(LOCAL, &wang).await;
    assert!(!account.unwrap().has_second_factor);
    site.login("wang").await.unwrap();
    let answer = site.accounts.remove_second_factor(LOCAL, &wang).await;
    assert_eq!(code(answer), "second-factor");
}

#[tokio::test]
async fn a_secret_that_another_key_sealed_is_not_taken_for_a_wrong_code() {
    let mut site = Site::new().await;
    let secret = enrolled(&site).await;
    site.pass_minutes(1);
    let site = site.again_with([8; 32]).await;
    let right = shown(&site, &secret, 0);
    let error = login(&site, PASSWORD, Some(&right)).await.unwrap_err();
    assert_eq!(error.code(), "internal");
    assert!(error.help().unwrap().contains("key of the site"));
}

#[tokio::test]
async fn an_old_password_is_told_only_to_who_has_the_second_factor_too() {
    let mut site = Site::new().await;
    let secret = enrolled(&site).await;
    site.pass_days(91);
    assert_eq!(code(site.login("wang").await), "second-factor-needed");
    let right = shown(&site, &secret, 0);
    assert_eq!(
        code(login(&site, PASSWORD, Some(&right)).await),
        "password-expired"
    );
    let other = "Rainy-Weather-8";
    let expired = |code| site.accounts.change_expired("wang", PASSWORD, other, code);
    assert_eq!(code(expired(None).await), "second-factor-needed");
    expired(Some(&right)).await.unwrap();
    assert_eq!(
        code(login(&site, other, None).await),
        "second-factor-needed"
    );
    assert_eq!(
        code(login(&site, other, Some(&right)).await),
        "login-refused"
    );
    site.pass_minutes(1);
    let next = shown(&site, &secret, 0);
    login(&site, other, Some(&next)).await.unwrap();
}

#[tokio::test]
async fn ones_own_second_factor_is_given_up_with_both_factors() {
    let mut site = Site::new().await;
    let secret = enrolled(&site).await;
    site.pass_minutes(1);
    let right = shown(&site, &secret, 0);
    let wang = "wang".parse().unwrap();
    let given_up = |password, code| site.accounts.give_up_second_factor(&wang, password, code);
    assert_eq!(code(given_up("a", &right).await), "login-refused");
    assert_eq!(code(given_up(PASSWORD, "000000").await), "login-refused");
    given_up(PASSWORD, &right).await.unwrap();
    site.login("wang").await.unwrap();
}
