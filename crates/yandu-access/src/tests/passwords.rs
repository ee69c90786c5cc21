use super::site::{PASSWORD, Site, code, id};
use crate::password::weaknesses;
use crate::{Error, Settings, Weakness};

const OTHER: &str = "Rainy-Weather-8";

#[test]
fn a_weak_password_is_told_all_that_is_wrong_with_it() {
    use Weakness::{Common, HoldsName, Long, Plain, Short};
    for (password, expected) in [
        ("Sunny-Weather-7", vec![]),
        ("晴天Weather7", vec![]),
        ("Sunny-We7", vec![Short(10)]),
        ("sunnyweather7", vec![Plain]),
        ("SUNNY-WEATHER", vec![Plain]),
        ("", vec![Short(10), Plain]),
        ("Wangli-Weather-7", vec![HoldsName]),
        ("WANGLI", vec![Short(10), Plain, HoldsName]),
        ("Password123!", vec![Common]),
        ("Woaini1314!", vec![Common]),
        ("Admin@123456", vec![Common]),
        ("5201314", vec![Short(10), Plain, Common]),
        ("Aa1-".repeat(65).as_str(), vec![Long]),
    ] {
        assert_eq!(
            weaknesses(password, &id("wangli"), 10),
            expected,
            "{password}"
        );
    }
}

#[tokio::test]
async fn none_of_the_last_five_passwords_comes_back() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let mut old = PASSWORD.to_owned();
    for number in 1..=5 {
        let again = site
            .accounts
            .change_password(&wang, &old, PASSWORD, None)
            .await
            .unwrap_err();
        assert!(
            matches!(&again, Error::Weak(why) if *why == [Weakness::UsedBefore]),
            "{number}: {again}"
        );
        let new = format!("Season-Number-{number}");
        site.accounts
            .change_password(&wang, &old, &new, None)
            .await
            .unwrap();
        old = new;
    }
    // It is the sixth back by now.
    site.accounts
        .change_password(&wang, &old, PASSWORD, None)
        .await
        .unwrap();
    site.login("wang").await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM old_password")
        .fetch_one(site.store.pool())
        .await
        .unwrap();
    assert_eq!(kept, 4);
}

#[tokio::test]
async fn a_password_that_is_too_old_can_only_be_changed() {
    let mut site = Site::new().await;
    site.person("wang").await;
    let early = site
        .accounts
        .change_expired("wang", PASSWORD, OTHER, None)
        .await;
    assert_eq!(code(early), "account-status");
    site.pass_days(89);
    site.login("wang").await.unwrap();
    site.pass_days(1);
    assert_eq!(code(site.login("wang").await), "password-expired");
    // Who does not know it learns nothing.
    assert_eq!(code(site.try_login("wang", "a").await), "login-refused");
    let wrong = site.accounts.change_expired("wang", "a", OTHER, None).await;
    assert_eq!(code(wrong), "login-refused");
    let weak = site
        .accounts
        .change_expired("wang", PASSWORD, "a", None)
        .await;
    assert_eq!(code(weak), "weak-password");
    let same = site
        .accounts
        .change_expired("wang", PASSWORD, PASSWORD, None)
        .await;
    assert_eq!(code(same), "weak-password");
    site.accounts
        .change_expired(" Wang", PASSWORD, OTHER, None)
        .await
        .unwrap();
    site.try_login("wang", OTHER).await.unwrap();
    assert_eq!(code(site.login("wang").await), "login-refused");
}

#[tokio::test]
async fn without_a_number_of_days_a_password_never_grows_old() {
    let settings = Settings {
        password_days: 0,
        ..Settings::default()
    };
    let mut site = Site::with(settings).await;
    site.person("wang").await;
    site.pass_days(10_000);
    site.login("wang").await.unwrap();
}

#[tokio::test]
async fn a_changed_password_ends_all_sessions_but_the_one_that_is_kept() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let one = site.login("wang").await.unwrap();
    let other = site.login("wang").await.unwrap();
    let before = site.accounts.find(&wang).await.unwrap();
    let after = site
        .accounts
        .change_password(&wang, PASSWORD, OTHER, Some(&one.session.id))
        .await
        .unwrap();
    assert!(after.password_changed_at > before.password_changed_at);
    assert_eq!(after.revision, before.revision + 1);
    assert!(site.is_alive(&one).await);
    assert!(!site.is_alive(&other).await);
    assert_eq!(site.accounts.find(&wang).await.unwrap(), after);
}

#[tokio::test]
async fn a_wrong_old_password_is_counted_like_a_login_that_fails() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    for expected in [
        "login-refused",
        "login-refused",
        "login-refused",
        "login-refused",
        "account-locked",
    ] {
        let answer = site.accounts.change_password(&wang, "a", OTHER, None).await;
        assert_eq!(code(answer), expected);
    }
    assert_eq!(code(site.login("wang").await), "account-locked");
    let right = site.accounts.change_password(&wang, PASSWORD, OTHER, None);
    assert_eq!(code(right.await), "account-locked");
}

#[tokio::test]
async fn a_hash_is_argon2id_with_its_cost_in_it_and_no_two_are_the_same() {
    let site = Site::new().await;
    site.person("wang").await;
    site.person("zhao").await;
    let hashes: Vec<String> = sqlx::query_scalar("SELECT password FROM account ORDER BY id")
        .fetch_all(site.store.pool())
        .await
        .unwrap();
    assert!(
        hashes
            .iter()
            .all(|hash| hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"))
    );
    assert_ne!(hashes[0], hashes[1]);
}

#[tokio::test]
async fn the_cost_that_is_used_is_that_of_owasp() {
    let passwords = crate::password::Passwords::new(crate::password::Cost::default())
        .await
        .unwrap();
    let hash = passwords.hash(PASSWORD).await.unwrap();
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    let turn = passwords.turn().await;
    let is_right = passwords.verify(turn, PASSWORD, Some(hash.clone())).await;
    assert!(is_right.unwrap());
    let turn = passwords.turn().await;
    assert!(!passwords.verify(turn, OTHER, Some(hash)).await.unwrap());
    let turn = passwords.turn().await;
    assert!(!passwords.verify(turn, PASSWORD, None).await.unwrap());
}
