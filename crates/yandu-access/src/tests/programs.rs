use std::time::Duration;

use jiff::SignedDuration;

use super::city::{City, told};
use super::site::{LOCAL, id};
use crate::{
    Kind, Login, Lost, NewAccount, NewToken, Programs, Scope, Standing, TokenRequest, Watch,
};

const KEY: &str = "key of the process";
/// For how long a test waits for what comes.
const PATIENCE: Duration = Duration::from_secs(10);
const READS: &str = r#"
@id("bridge-reads")
@about("桥接程序")
@up_to("general-1")
@rows("id < 3")
permit (principal == Service::"bridge", action == Action::"read", resource == Dataset::"population.resident");
"#;

async fn token(city: &City, scope: Scope) -> NewToken {
    let accounts = &city.site.accounts;
    let request = TokenRequest {
        name: "bridge".to_owned(),
        scope: [scope].into(),
        purpose: None,
        expires_at: city.site.now() + SignedDuration::from_hours(24),
    };
    let made = accounts.create_token(LOCAL, &id("bridge"), request).await;
    made.unwrap()
}

/// A city with a service, and those who may log in.
async fn bridged() -> (City, Programs) {
    let city = City::new().await;
    city.set(READS).await;
    let new = NewAccount {
        kind: Kind::Service,
        ..NewAccount::person(id("bridge"), "桥")
    };
    city.site.accounts.create(LOCAL, new).await.unwrap();
    let programs = Programs::new(city.door.clone(), KEY);
    (city, programs)
}

#[tokio::test]
async fn a_secret_shows_its_token_and_a_name_must_be_its_own() {
    let (city, programs) = bridged().await;
    let made = token(&city, Scope::Read).await;
    let (secret, login) = (made.secret.reveal(), made.token.login.as_deref().unwrap());
    let expected = Some(Login::Token(made.token.id.clone()));
    assert_eq!(programs.by_secret(secret, false).await.unwrap(), expected);
    let named = async |name: &str, secret: &str, is_here: bool| {
        programs.by_name(name, secret, is_here).await.unwrap()
    };
    assert_eq!(named(login, secret, false).await, expected);
    assert_eq!(named("bridge", secret, false).await, None);
    assert_eq!(named("local-administrator", secret, true).await, None);
    assert_eq!(named(login, KEY, true).await, None);
    assert_eq!(programs.by_secret("yt_wrong", true).await.unwrap(), None);
}

#[tokio::test]
async fn the_key_of_the_process_is_good_on_this_machine_alone() {
    let (_city, programs) = bridged().await;
    for (is_here, expected) in [(true, Some(Login::Local)), (false, None)] {
        assert_eq!(programs.by_secret(KEY, is_here).await.unwrap(), expected);
        let named = programs.by_name("local-administrator", KEY, is_here).await;
        assert_eq!(named.unwrap(), expected);
        let verified = programs.verifier("local-administrator", is_here).await;
        assert_eq!(verified.unwrap().1, expected);
    }
}

#[tokio::test]
async fn what_a_login_reads_is_that_of_the_moment() {
    let (city, programs) = bridged().await;
    let made = token(&city, Scope::Read).await;
    let login = Login::Token(made.token.id.clone());
    let sql = "SELECT count(*) FROM population.resident";
    let reads = async || match programs.standing(&login).await.unwrap() {
        Standing::Reads(reader) => told(&city.lake, &reader, sql).await,
        other => format!("{other:?}"),
    };
    assert_eq!(reads().await, "2");
    city.set(&READS.replace("id < 3", "id < 2")).await;
    assert_eq!(reads().await, "1");
    city.set("").await;
    assert_eq!(reads().await, "query");
    let delivers = token(&city, Scope::Deliver).await;
    let other = Login::Token(delivers.token.id);
    let standing = programs.standing(&other).await.unwrap();
    assert!(matches!(standing, Standing::ReadsNothing));
    city.site.disable(LOCAL, "bridge", true).await.unwrap();
    assert_eq!(reads().await, "Ended");
}

#[tokio::test]
async fn a_login_that_is_watched_is_good_for_what_it_is_at_the_moment() {
    let (mut city, programs) = bridged().await;
    let [revoked, kept] = [
        token(&city, Scope::Read).await,
        token(&city, Scope::Read).await,
    ];
    let sql = "SELECT count(*) FROM population.resident";
    let reads = async |watch: &mut Watch| match watch.standing().await.unwrap() {
        Standing::Reads(reader) => told(&city.lake, &reader, sql).await,
        other => format!("{other:?}"),
    };
    let mut first = programs.watch(Login::Token(revoked.token.id.clone()));
    let mut second = programs.watch(Login::Token(kept.token.id.clone()));
    for (policies, expected) in [
        (READS.to_owned(), "2"),
        (READS.replace("id < 3", "id < 2"), "1"),
    ] {
        city.set(&policies).await;
        assert_eq!(reads(&mut first).await, expected);
    }
    let accounts = &city.site.accounts;
    accounts
        .revoke_token(LOCAL, &id("bridge"), &revoked.token.id)
        .await
        .unwrap();
    assert_eq!(reads(&mut first).await, "Ended");
    assert_eq!(reads(&mut second).await, "1");
    city.site.pass(SignedDuration::from_hours(25));
    assert_eq!(reads(&mut second).await, "Ended");
    for watch in [&mut first, &mut second] {
        assert_eq!(lost(watch).await, Lost::Login);
    }
}

#[tokio::test]
async fn a_program_reads_what_is_open_for_the_purpose_of_its_token() {
    let (city, programs) = bridged().await;
    let condition = ") when { context has purpose && context.purpose == \"核对\" };";
    city.set(&READS.replace(");", condition)).await;
    let sql = "SELECT count(*) FROM population.resident";
    for (purpose, expected) in [
        (None, "query"),
        (Some("核对"), "2"),
        (Some("营销"), "query"),
    ] {
        let request = TokenRequest {
            name: "bridge".to_owned(),
            scope: [Scope::Read].into(),
            purpose: purpose.map(ToOwned::to_owned),
            expires_at: city.site.now() + SignedDuration::from_hours(24),
        };
        let (accounts, bridge) = (&city.site.accounts, id("bridge"));
        let made = accounts.create_token(LOCAL, &bridge, request).await;
        let login = Login::Token(made.unwrap().token.id);
        let Standing::Reads(reader) = programs.standing(&login).await.unwrap() else {
            panic!("the token is for reading");
        };
        assert_eq!(told(&city.lake, &reader, sql).await, expected);
        let taker = programs.taker(&login).await.unwrap();
        assert_eq!(
            (taker.name.as_str(), taker.purpose.as_deref()),
            ("桥", purpose)
        );
    }
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_is_told_all_the_same() {
    let (city, programs) = bridged().await;
    let accounts = &city.site.accounts;
    for given_up_after in (0..60).map(|step| Duration::from_micros(50 * step)) {
        let made = token(&city, Scope::Read).await;
        let login = Login::Token(made.token.id.clone());
        let mut watch = programs.watch(login.clone());
        assert!(matches!(
            watch.standing().await.unwrap(),
            Standing::Reads(_)
        ));
        let bridge = id("bridge");
        let revoking = accounts.revoke_token(LOCAL, &bridge, &made.token.id);
        // Its caller goes away at any moment.
        let _ = tokio::time::timeout(given_up_after, revoking).await;
        // Whoever writes next waits until it is recorded or taken back.
        let pool = city.site.store.pool();
        let next = yandu_store::writing(pool).await.unwrap();
        next.rollback().await.unwrap();
        let has_ended = |standing| matches!(standing, Standing::Ended);
        let recorded = has_ended(programs.standing(&login).await.unwrap());
        let told = async {
            while has_ended(watch.standing().await.unwrap()) != recorded {
                tokio::task::yield_now().await;
            }
        };
        let told = tokio::time::timeout(PATIENCE, told).await;
        assert!(told.is_ok(), "{given_up_after:?}");
    }
}

async fn lost(watch: &mut Watch) -> Lost {
    let lost = tokio::time::timeout(PATIENCE, watch.lost()).await;
    lost.unwrap()
}

/// Whether a login is not lost soon.
async fn is_kept(watch: &mut Watch) -> bool {
    let lost = tokio::time::timeout(Duration::from_millis(50), watch.lost()).await;
    lost.is_err()
}

#[tokio::test]
async fn whoever_looks_after_a_login_is_told_when_it_is_lost_and_not_before() {
    let (city, programs) = bridged().await;
    let (kept, revoked) = (
        token(&city, Scope::Read).await,
        token(&city, Scope::Read).await,
    );
    let watch = |made: &NewToken| programs.watch(Login::Token(made.token.id.clone()));
    let (mut first, mut second) = (watch(&kept), watch(&revoked));
    assert!(is_kept(&mut first).await && is_kept(&mut second).await);
    let accounts = &city.site.accounts;
    accounts
        .revoke_token(LOCAL, &id("bridge"), &revoked.token.id)
        .await
        .unwrap();
    assert_eq!(lost(&mut second).await, Lost::Login);
    assert!(is_kept(&mut first).await);
    // Also whoever begins to look when it is over.
    assert_eq!(lost(&mut watch(&revoked)).await, Lost::Login);
}
