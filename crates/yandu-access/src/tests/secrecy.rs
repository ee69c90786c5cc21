use jiff::SignedDuration;

use super::site::{LOCAL, PASSWORD, Site, id};
use crate::{Client, Key, Kind, NewAccount, Scope, TokenRequest};

#[tokio::test]
async fn no_secret_stands_in_the_records_or_in_what_is_printed() {
    let site = Site::new().await;
    let first = site.accounts.first_link().await.unwrap();
    let wang = site.person("wang").await;
    let login = site.login("wang").await.unwrap();
    let enrolment = site.accounts.begin_second_factor(&wang).await.unwrap();
    let new = NewAccount {
        kind: Kind::Service,
        ..NewAccount::person(id("bridge"), "桥")
    };
    site.accounts.create(LOCAL, new).await.unwrap();
    let request = TokenRequest {
        name: "nightly".to_owned(),
        scope: [Scope::Read].into(),
        purpose: None,
        expires_at: site.now() + SignedDuration::from_hours(24),
    };
    let token = site
        .accounts
        .create_token(LOCAL, &id("bridge"), request)
        .await
        .unwrap();
    let link = site.accounts.reset(LOCAL, &wang).await.unwrap();
    let wrong = "Wrong-Password-With-Meaning-9";
    site.accounts
        .login("wang", wrong, Some("135791"), Client::default())
        .await
        .unwrap_err();

    let secrets = [
        first.secret.reveal(),
        login.secret.reveal(),
        enrolment.secret.reveal(),
        token.secret.reveal(),
        link.secret.reveal(),
        PASSWORD,
        wrong,
    ];
    let printed = format!("{first:?} {login:?} {enrolment:?} {token:?} {link:?}");
    assert!(printed.contains("Secret(…)"));
    for secret in secrets {
        assert!(!printed.contains(secret));
    }
    site.store.stamp().await.unwrap();
    let files = site.files();
    assert!(files.len() >= 2, "the log of the records is among them");
    let mut found = false;
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let is_there = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!is_there, "in {}", file.display());
        }
        found |= bytes.windows(7).any(|window| window == b"nightly");
    }
    assert!(found, "what is no secret is found this way");
}

#[test]
fn a_key_is_not_printed() {
    assert_eq!(format!("{:?}", Key::new([1; 32])), "Key(…)");
}

#[test]
fn what_is_sealed_opens_under_its_own_name_and_key_alone() {
    let key = Key::new([1; 32]);
    let sealed = key.seal("wang", b"secret").unwrap();
    assert_eq!(key.open("wang", &sealed).unwrap(), b"secret");
    assert!(key.open("zhao", &sealed).is_err());
    assert!(Key::new([2; 32]).open("wang", &sealed).is_err());
    assert!(key.open("wang", &sealed[..20]).is_err());
    let mut other = sealed.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(key.open("wang", &other).is_err());
    assert_ne!(key.seal("wang", b"secret").unwrap(), sealed);
}
