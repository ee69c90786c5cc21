//! Counts for Prometheus, in its text format, and the newest numbers of metrics beside them. The counts are told to whoever may
//! operate the system, and numbers to whoever sees the rows that they are made of, whatever else they may do.

mod numbers;

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use axum::extract::State as Shared;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use yandu_collect::Collector;
use yandu_policy::Action;

use crate::access::Asker;
use crate::problem::Problem;
use crate::state::State;

use numbers::Numbers;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labelled {
    outcome: &'static str,
}

/// The methods that are counted under their own names.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// All counts of one server.
pub(crate) struct Counts {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<Route, Histogram>,
    queries: Family<Labelled, Counter>,
    under_way: Gauge,
    uptime: Gauge<f64, AtomicU64>,
    started: Instant,
}

impl Counts {
    pub(crate) fn new(collector: Collector) -> Self {
        let mut registry = Registry::with_prefix("yandu");
        let requests = Family::default();
        let durations = Family::<Route, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0, 300.0])
        });
        let queries = Family::default();
        let (under_way, uptime) = (Gauge::default(), Gauge::default());
        registry.register(
            "build",
            "The program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register(
            "http_requests",
            "Requests by method, route and status",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time until an answer begins",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register_collector(Box::new(Collected(collector)));
        registry.register("queries", "Queries by outcome", queries.clone());
        registry.register(
            "collections_under_way",
            "Collections that run now",
            under_way.clone(),
        );
        registry.register_with_unit(
            "uptime",
            "Time since the start",
            Unit::Seconds,
            uptime.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            queries,
            under_way,
            uptime,
            started: Instant::now(),
        }
    }
}

/// What the collector counted, of requests and schedules alike.
struct Collected(Collector);

impl std::fmt::Debug for Collected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Collected")
    }
}

impl collector::Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let totals = self.0.totals();
        for (name, help, counts) in [
            (
                "deliveries",
                "Deliveries by what became of them",
                totals.deliveries,
            ),
            (
                "delivered_rows",
                "Delivered rows by what became of them",
                totals.rows,
            ),
        ] {
            let mut family = encoder.encode_descriptor(
                name,
                help,
                None,
                ConstCounter::new(0_u64).metric_type(),
            )?;
            for (outcome, count) in counts {
                let outcome = [("outcome", outcome)];
                ConstCounter::new(count).encode(family.encode_family(&outcome)?)?;
            }
        }
        Ok(())
    }
}

impl Counts {
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        // A caller may make up methods, and each would be a series of its own.
        let is_known = METHODS.contains(&method);
        let method = if is_known { method } else { "other" };
        let (method, route) = (method.to_owned(), route.to_owned());
        self.durations
            .get_or_create(&Route {
                method: method.clone(),
                route: route.clone(),
            })
            .observe(elapsed.as_secs_f64());
        self.requests
            .get_or_create(&Request {
                method,
                route,
                status,
            })
            .inc();
    }

    pub(crate) fn query(&self, is_ok: bool) {
        let outcome = if is_ok { "answered" } else { "failed" };
        self.queries.get_or_create(&Labelled { outcome }).inc();
    }
}

pub(crate) async fn counts(Shared(state): Shared<State>, asker: Asker) -> crate::Result<Response> {
    let numbers = Numbers::newest(&state, &asker).await?.registry();
    let counts = state.counts();
    let mut told = Vec::new();
    if asker.may(&state, Action::Operate) {
        counts.under_way.set(state.collector().active() as i64);
        counts.uptime.set(counts.started.elapsed().as_secs_f64());
        told.push(&counts.registry);
    }
    told.push(&numbers);
    let body =
        written(&told).map_err(|_| Problem::new("internal", "the counts could not be written"))?;
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, form)], body).into_response())
}

/// One text of several registries.
fn written(registries: &[&Registry]) -> Result<String, std::fmt::Error> {
    let mut body = String::new();
    for registry in registries {
        text::encode_registry(&mut body, registry)?;
    }
    text::encode_eof(&mut body)?;
    Ok(body)
}
