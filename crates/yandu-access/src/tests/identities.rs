use super::site::{LOCAL, PASSWORD, Site, code, id};
use crate::totp::{self, step_of};
use crate::{
    Client, EventFilter, EventKind, Identified, IdentityRules, LoggedIn, Means, NewAccount, Result,
    SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR, Settings, Status,
};

const ISSUER: &str = "https://sso.example.gov.cn";

async fn site_with(rules: IdentityRules) -> Site {
    Site::with(Settings {
        identities: rules,
        ..Settings::default()
    })
    .await
}

/// Somebody at the provider whose claim names an account.
fn named(subject: &str, account: &str) -> Identified {
    Identified {
        issuer: ISSUER.to_owned(),
        subject: subject.to_owned(),
        account: Some(account.to_owned()),
        name: Some(format!("{account} 的姓名")),
        has_second_factor: false,
    }
}

fn unnamed(subject: &str) -> Identified {
    Identified {
        account: None,
        ..named(subject, "")
    }
}

async fn come(site: &Site, who: &Identified) -> Result<LoggedIn> {
    site.accounts
        .login_identified(who, None, Client::default())
        .await
}

#[tokio::test]
async fn a_claim_names_an_account_once_and_the_subject_counts_from_then_on() {
    let site = Site::new().await;
    site.person("wang").await;
    site.person("li").await;
    let first = come(&site, &named("s-1", "WANG")).await.unwrap();
    assert_eq!(first.session.account.id, id("wang"));
    assert_eq!(first.session.means, Means::Identity);
    assert!(site.is_alive(&first).await);
    // The name is another one at the provider now.
    let again = come(&site, &named("s-1", "li")).await.unwrap();
    assert_eq!(again.session.account.id, id("wang"));
    // Somebody else takes the name.
    assert_eq!(
        code(come(&site, &named("s-2", "wang")).await),
        "openid-taken"
    );
    // A sign that a letter is made of elsewhere is not that letter.
    site.person("kim").await;
    assert_eq!(
        code(come(&site, &named("s-3", "\u{212A}im")).await),
        "openid-unknown"
    );
    // Another issuer calls somebody else the same.
    let elsewhere = Identified {
        issuer: "https://other.example".to_owned(),
        ..unnamed("s-1")
    };
    assert_eq!(code(come(&site, &elsewhere).await), "openid-unknown");
    let listed = site.accounts.identities_of(&id("wang")).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].linked_by, "(provider)");
    assert_eq!(listed[0].name.as_deref(), Some("li 的姓名"));
    assert!(listed[0].last_used_at.is_some());
}

#[tokio::test]
async fn a_link_that_was_taken_away_is_made_again_by_hand_and_never_by_name() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let login = come(&site, &named("s-1", "wang")).await.unwrap();
    let typed = site.login("wang").await.unwrap();
    let identity = site.accounts.identities_of(&wang).await.unwrap()[0].id;
    site.accounts
        .remove_identity("wang", &wang, identity)
        .await
        .unwrap();
    assert!(!site.is_alive(&login).await, "what it had begun ends");
    assert!(site.is_alive(&typed).await);
    assert_eq!(
        code(come(&site, &named("s-1", "wang")).await),
        "openid-unknown"
    );
    let again = site.accounts.remove_identity("wang", &wang, identity).await;
    assert_eq!(code(again), "no-identity");
    site.accounts
        .link_identity(LOCAL, &wang, &unnamed("s-1"))
        .await
        .unwrap();
    come(&site, &unnamed("s-1")).await.unwrap();
}

#[tokio::test]
async fn an_identity_comes_in_to_one_account_and_an_account_has_one_at_an_issuer() {
    let site = Site::new().await;
    let (wang, li) = (site.person("wang").await, site.person("li").await);
    let link = |account, subject| {
        let accounts = site.accounts.clone();
        async move {
            accounts
                .link_identity(LOCAL, account, &unnamed(subject))
                .await
        }
    };
    let first = link(&wang, " s-1 ").await.unwrap();
    assert_eq!(first.subject, "s-1");
    assert_eq!(
        link(&wang, "s-1").await.unwrap().id,
        first.id,
        "it is there"
    );
    assert_eq!(code(link(&li, "s-1").await), "openid-taken");
    assert_eq!(code(link(&wang, "s-2").await), "openid-taken");
    for wrong in ["", "  ", "a\nb", "x".repeat(256).as_str()] {
        assert_eq!(code(link(&li, wrong).await), "invalid-account", "{wrong:?}");
    }
}

#[tokio::test]
async fn an_account_is_linked_to_whom_was_proved_once_its_owner_has_shown_that_they_are_there() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let proved = unnamed("s-1");
    let link = |password| site.accounts.link_proved(&wang, password, None, &proved);
    assert_eq!(code(link("Another-Password-1").await), "login-refused");
    let listed = site.accounts.identities_of(&wang).await.unwrap();
    assert!(listed.is_empty(), "{listed:?}");
    let linked = link(PASSWORD).await.unwrap();
    assert_eq!((linked.linked_by.as_str(), linked.account), ("wang", wang));
    come(&site, &proved).await.unwrap();
}

#[tokio::test]
async fn guessing_a_password_by_linking_locks_the_name_and_who_has_none_links_nobody() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let proved = unnamed("s-1");
    for _ in 1..Settings::default().failures {
        let guessed = site.accounts.link_proved(&wang, "x", None, &proved).await;
        assert_eq!(code(guessed), "login-refused");
    }
    for password in ["x", PASSWORD] {
        let locked = site.accounts.link_proved(&wang, password, None, &proved);
        assert_eq!(code(locked.await), "account-locked");
    }
    let new = NewAccount::person(id("li"), "李强");
    let li = site.accounts.create(LOCAL, new).await.unwrap().id;
    let without = site.accounts.link_proved(&li, "", None, &proved).await;
    assert_eq!(code(without), "account-status");
}

#[tokio::test]
async fn somebody_unknown_is_refused_and_the_record_says_who_it_was() {
    let site = Site::new().await;
    for who in [
        named("s-1", "nobody"),
        named("s-1", "no account's name"),
        unnamed("s-1"),
    ] {
        assert_eq!(code(come(&site, &who).await), "openid-unknown");
    }
    let filter = EventFilter {
        kind: Some(EventKind::LoginRefused),
        ..EventFilter::default()
    };
    let events = site.accounts.events(&filter, None, 10).await.unwrap();
    let subjects: Vec<&str> = events.iter().map(|event| event.subject.as_str()).collect();
    assert_eq!(subjects, ["s-1", "no account's name", "nobody"]);
    assert_eq!(events[2].detail["why"], "openid-unknown");
    assert_eq!(events[2].detail["means"], "openid");
    assert_eq!(events[2].detail["subject"], "s-1");
}

#[tokio::test]
async fn a_site_that_says_so_makes_accounts_without_any_role() {
    let rules = IdentityRules {
        creates_accounts: true,
        ..IdentityRules::default()
    };
    let site = site_with(rules).await;
    let login = come(&site, &named("s-1", "zhao")).await.unwrap();
    let account = &login.session.account;
    assert_eq!(account.id, id("zhao"));
    assert_eq!(account.name, "zhao 的姓名");
    assert_eq!(account.status, Status::Active);
    assert!(account.roles.is_empty() && account.password_changed_at.is_none());
    assert_eq!(
        code(site.login("zhao").await),
        "login-refused",
        "it has no password"
    );
    // Names that the program uses itself are nobody's.
    for name in ["local-administrator", "visitor", "anyone"] {
        let refused = come(&site, &named("s-2", name)).await;
        assert_eq!(code(refused), "openid-unknown", "{name}");
    }
    // Whoever has no other way in keeps the one that is there.
    let identity = site.accounts.identities_of(&id("zhao")).await.unwrap()[0].id;
    let removed = site
        .accounts
        .remove_identity("zhao", &id("zhao"), identity)
        .await;
    assert_eq!(code(removed), "account-status");
    assert!(site.is_alive(&login).await);
    come(&site, &unnamed("s-1")).await.unwrap();
}

#[tokio::test]
async fn somebody_who_was_invited_takes_the_account_up_and_a_disabled_one_stays_shut() {
    let site = Site::new().await;
    let new = NewAccount::person(id("chen"), "陈");
    site.accounts.create(LOCAL, new).await.unwrap();
    let link = site.accounts.invite(LOCAL, &id("chen")).await.unwrap();
    let login = come(&site, &named("s-1", "chen")).await.unwrap();
    assert_eq!(login.session.account.status, Status::Active);
    let answer = site.accounts.accept(link.secret.reveal(), PASSWORD).await;
    assert_eq!(
        code(answer),
        "account-link",
        "the link of the invitation is withdrawn"
    );
    site.disable(LOCAL, "chen", true).await.unwrap();
    assert!(!site.is_alive(&login).await);
    assert_eq!(code(come(&site, &unnamed("s-1")).await), "account-status");
    site.person("wang").await;
    site.disable(LOCAL, "wang", true).await.unwrap();
    assert_eq!(
        code(come(&site, &named("s-2", "wang")).await),
        "account-status"
    );
    let none = site.accounts.identities_of(&id("wang")).await.unwrap();
    assert!(none.is_empty(), "nothing is linked to what is shut");
}

#[tokio::test]
async fn administrators_come_with_a_password_unless_the_site_says_otherwise_and_are_never_found_by_name()
 {
    let offices = [SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR];
    for admits in [false, true] {
        let rules = IdentityRules {
            admits_administrators: admits,
            creates_accounts: true,
            ..IdentityRules::default()
        };
        let site = site_with(rules).await;
        site.claimed("first").await;
        for office in offices {
            let name = format!("{}-one", office.split('-').next().unwrap());
            let account = site.person_with(&name, &[office]).await;
            let refused = come(&site, &named(&format!("s-{name}"), &name)).await;
            assert_eq!(code(refused), "openid-unknown", "{office} {admits}");
            let linked = site
                .accounts
                .link_identity(LOCAL, &account, &unnamed(&name))
                .await;
            if admits {
                linked.unwrap();
                come(&site, &unnamed(&name)).await.unwrap();
            } else {
                assert_eq!(code(linked), "openid-administrator");
            }
        }
        // A system administrator does not become another administrator by a link.
        let security = id("security-one");
        let stolen = site
            .accounts
            .link_identity("first", &security, &unnamed("s-first"))
            .await;
        assert_eq!(code(stolen), "administrators-apart");
        // Who holds an office later does not come in by the link of before.
        site.person("wang").await;
        come(&site, &named("s-wang", "wang")).await.unwrap();
        site.give_roles(LOCAL, "wang", &["audit-administrator"])
            .await
            .unwrap();
        let answer = come(&site, &unnamed("s-wang")).await;
        if admits {
            answer.unwrap();
        } else {
            assert_eq!(code(answer), "openid-administrator");
        }
    }
}

#[tokio::test]
async fn where_passwords_are_replaced_administrators_alone_log_in_with_one() {
    let rules = IdentityRules {
        replaces_passwords: true,
        ..IdentityRules::default()
    };
    let site = site_with(rules).await;
    site.claimed("first").await;
    site.person("wang").await;
    site.login("first").await.unwrap();
    assert_eq!(code(site.login("wang").await), "password-off");
    // Nothing is told to whoever does not know the password.
    let wrong = site.try_login("wang", "Wrong-Weather-9").await;
    assert_eq!(code(wrong), "login-refused");
    come(&site, &named("s-1", "wang")).await.unwrap();
    let identity = site.accounts.identities_of(&id("wang")).await.unwrap()[0].id;
    let removed = site
        .accounts
        .remove_identity("wang", &id("wang"), identity)
        .await;
    assert_eq!(code(removed), "account-status", "there is no other way in");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_here_unless_the_providers_word_is_taken() {
    let site = Site::new().await;
    let wang = site.person("wang").await;
    let enrolment = site.accounts.begin_second_factor(&wang).await.unwrap();
    let secret = super::second_factor::typed(&enrolment);
    let shown = |steps: i64| totp::code(&secret, step_of(site.now()) + steps).unwrap();
    site.accounts
        .confirm_second_factor(&wang, &shown(0))
        .await
        .unwrap();
    let who = named("s-1", "wang");
    assert_eq!(code(come(&site, &who).await), "second-factor-needed");
    let none = site.accounts.identities_of(&wang).await.unwrap();
    assert!(
        none.is_empty(),
        "nothing is linked before the code is there"
    );
    let with = |code: String| {
        let (accounts, who) = (site.accounts.clone(), who.clone());
        async move {
            accounts
                .login_identified(&who, Some(&code), Client::default())
                .await
        }
    };
    assert_eq!(code(with(shown(0)).await), "login-refused", "it was used");
    let none = site.accounts.identities_of(&wang).await.unwrap();
    assert!(none.is_empty(), "a wrong code links nothing");
    with(shown(1)).await.unwrap();
    let believed = Identified {
        has_second_factor: true,
        ..who.clone()
    };
    come(&site, &believed).await.unwrap();
    // Wrong codes lock the name, as after a password.
    for _ in 0..4 {
        assert_eq!(code(with("000000".to_owned()).await), "login-refused");
    }
    assert_eq!(code(with("000000".to_owned()).await), "account-locked");
    assert_eq!(code(with(shown(2)).await), "account-locked");
    assert_eq!(code(site.login("wang").await), "account-locked");
}

#[tokio::test]
async fn a_reset_takes_away_what_was_linked_in_a_session_and_nothing_else() {
    let site = Site::new().await;
    let (wang, li) = (site.person("wang").await, site.person("li").await);
    for (by, account, subject) in [("wang", &wang, "s-1"), (LOCAL, &li, "s-2")] {
        site.accounts
            .link_identity(by, account, &unnamed(subject))
            .await
            .unwrap();
        site.accounts.reset(LOCAL, account).await.unwrap();
    }
    assert_eq!(code(come(&site, &unnamed("s-1")).await), "openid-unknown");
    come(&site, &unnamed("s-2")).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_is_told_like_a_login_with_the_way_and_the_subject() {
    let site = Site::new().await;
    site.person("wang").await;
    site.login("wang").await.unwrap();
    come(&site, &named("s-1", "wang")).await.unwrap();
    let filter = EventFilter {
        subject: Some("wang".to_owned()),
        ..EventFilter::default()
    };
    let events = site.accounts.events(&filter, None, 3).await.unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["login", "identity-linked", "login"]);
    assert_eq!(events[0].detail["means"], "openid");
    assert_eq!(events[0].detail["subject"], "s-1");
    assert_eq!(events[1].detail["issuer"], ISSUER);
    assert_eq!(events[1].actor.as_deref(), Some("(provider)"));
    assert_eq!(events[2].detail["means"], "password");
}

#[tokio::test]
async fn what_is_sealed_for_one_purpose_opens_for_no_other_and_is_not_changed() {
    let site = Site::new().await;
    let sealed = site.accounts.seal("openid attempt", "verifier").unwrap();
    assert!(!sealed.contains("verifier"));
    let opened = site.accounts.unseal("openid attempt", &sealed);
    assert_eq!(opened.as_deref(), Some("verifier"));
    assert_eq!(site.accounts.unseal("openid code", &sealed), None);
    let mut other = sealed.clone().into_bytes();
    let last = other.len() - 2;
    other[last] = if other[last] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).unwrap();
    assert_eq!(site.accounts.unseal("openid attempt", &other), None);
    assert_eq!(site.accounts.unseal("openid attempt", "x"), None);
}
