//! A city that has accounts, and somebody in it.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};
use yandu_store::Clock;

use super::city::{Answer, City, request};

pub(super) const PASSWORD: &str = "Sunny-Weather-7";

/// Somebody with a session or a token, or nobody.
#[derive(Clone)]
pub(super) struct Somebody(pub(super) Option<(header::HeaderName, String)>);

impl City {
    /// A city with a system administrator, so that everybody needs an account.
    pub(super) async fn claimed() -> (Self, Somebody) {
        Self::claimed_with(&[("policies/members.cedar", POLICIES)]).await
    }

    /// The same with files of its pack.
    pub(super) async fn claimed_with(files: &[(&str, &str)]) -> (Self, Somebody) {
        Self::claimed_at(Clock::default(), files).await
    }

    /// The same with a clock of its own.
    pub(super) async fn claimed_at(clock: Clock, files: &[(&str, &str)]) -> (Self, Somebody) {
        let options = crate::Options {
            local_key: "yl_0123456789".to_owned(),
            ..crate::Options::default()
        };
        let city = Self::at(clock, options, files).await;
        let batch = city.deliver("members.csv", MEMBERS).await;
        assert_eq!(batch["status"], "collected", "{batch}");
        let root = city.claim().await;
        (city, root)
    }

    /// Makes the system administrator, from whom on everybody needs an account.
    pub(super) async fn claim(&self) -> Somebody {
        let link = self.state.door().accounts().first_link().await.unwrap();
        let claim = json!({"link": link.secret.reveal(), "account": "root", "name": "系统管理员", "password": PASSWORD});
        let claimed = self.post("/api/v1/claim", &claim.to_string()).await;
        assert_eq!(claimed.status, StatusCode::CREATED, "{}", claimed.text());
        self.log_in("root").await
    }

    pub(super) async fn log_in(&self, account: &str) -> Somebody {
        let login = json!({"account": account, "password": PASSWORD});
        let answer = self.post("/api/v1/session", &login.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        Somebody(Some((header::COOKIE, answer.cookie())))
    }

    pub(super) async fn send(
        &self,
        who: &Somebody,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let mut request = request(method, path);
        if let Some((name, value)) = &who.0 {
            request = request.header(name, value);
        }
        if body.is_null() {
            return self.ask(request, Body::empty()).await;
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.ask(request, body.to_string()).await
    }

    pub(super) async fn ok(
        &self,
        who: &Somebody,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Value {
        let answer = self.send(who, method, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    pub(super) async fn refused(
        &self,
        who: &Somebody,
        method: Method,
        path: &str,
        body: &Value,
    ) -> String {
        let answer = self.send(who, method, path, body).await;
        assert!(!answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()["code"].as_str().unwrap().to_owned()
    }

    /// Somebody new, logged in.
    pub(super) async fn somebody(&self, root: &Somebody, id: &str, roles: &[&str]) -> Somebody {
        self.member(root, id, "市民政局", roles).await
    }

    /// Somebody new of a department, logged in.
    pub(super) async fn member(
        &self,
        root: &Somebody,
        id: &str,
        department: &str,
        roles: &[&str],
    ) -> Somebody {
        let new = json!({"id": id, "name": id, "department": department, "roles": roles});
        self.ok(root, Method::POST, "/api/v1/accounts", &new).await;
        let path = format!("/api/v1/accounts/{id}/invitation");
        let link = self.ok(root, Method::POST, &path, &Value::Null).await;
        let accepted = json!({"link": link["link"], "password": PASSWORD});
        let nobody = Somebody(None);
        self.ok(&nobody, Method::POST, "/api/v1/invitations", &accepted)
            .await;
        self.log_in(id).await
    }

    /// A program of somebody, with a token for these scopes.
    pub(super) async fn program(&self, of: &Somebody, scope: &[&str]) -> Somebody {
        self.with_token(of, "/api/v1/account/tokens", scope).await
    }

    /// A program with a new account of its own, which comes with a token for these scopes.
    pub(super) async fn service(
        &self,
        root: &Somebody,
        id: &str,
        roles: &[&str],
        scope: &[&str],
    ) -> Somebody {
        let new = json!({"id": id, "kind": "service", "name": id, "department": "市民政局", "roles": roles});
        self.ok(root, Method::POST, "/api/v1/accounts", &new).await;
        let tokens = format!("/api/v1/accounts/{id}/tokens");
        self.with_token(root, &tokens, scope).await
    }

    async fn with_token(&self, maker: &Somebody, tokens: &str, scope: &[&str]) -> Somebody {
        let until = self.state.now() + jiff::SignedDuration::from_hours(24);
        let token = json!({"name": "脚本", "scope": scope, "expires_at": until});
        let made = self.ok(maker, Method::POST, tokens, &token).await;
        let shown = format!("Bearer {}", made["secret"].as_str().unwrap());
        Somebody(Some((header::AUTHORIZATION, shown)))
    }

    pub(super) async fn rows(&self, who: &Somebody, sql: &str) -> Value {
        let answer = self
            .ok(who, Method::POST, "/api/v1/query", &json!({"sql": sql}))
            .await;
        answer["rows"].clone()
    }
}

/// The pack of these tests with the roles that the shipped policies speak of.
pub(super) fn pack_with_shipped_roles() -> String {
    let base = include_str!("../../../../packs/base/pack.yaml");
    let roles = base.split_once("\nroles:").unwrap().1;
    let roles = roles.split_once("settings:").unwrap().0;
    format!(
        "pack: club\nversion: 0.1.0\ntitle: {{zh: 社团}}\nroles:{roles}settings:\n  old: {{title: {{zh: 高龄}}, default: 60}}\n"
    )
}

pub(super) const SHIPPED_POLICIES: &str =
    include_str!("../../../../packs/base/policies/base.cedar");

pub(super) const POLICIES: &str = r#"
@id("browse") @about("工作人员可以查看一本账和看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
"#;

pub(super) const MEMBERS: &str = "会员号,姓名,年龄\n1,王芳,30\n2,李娜,40\n";
