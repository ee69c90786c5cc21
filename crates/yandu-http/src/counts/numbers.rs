//! The newest number of each metric that a reader sees all of, of the city and of its counties, as gauges. A number that is missing
//! has no sample.

use jiff::civil::Date;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use yandu_lake::Number;
use yandu_metrics::Recorded;
use yandu_policy::Way;
use yandu_words::calendar::CITY_CLOCK;

use crate::Result;
use crate::access::Asker;
use crate::state::State;

const DAY_SECONDS: i64 = 86_400;

#[derive(Debug, Clone)]
pub(super) struct Numbers {
    metrics: Vec<Metric>,
    today: Date,
}

#[derive(Debug, Clone)]
struct Metric {
    id: String,
    title: String,
    unit: String,
    owner: String,
    /// In one period: the whole first, then counties.
    numbers: Vec<Recorded>,
}

impl Numbers {
    pub(super) async fn newest(state: &State, asker: &Asker) -> Result<Self> {
        let reader = asker.reader(state, Way::Page);
        let newest = state.metrics().newest_by_county(&reader).await?;
        let metrics = newest.into_iter().map(|(definition, numbers)| Metric {
            id: definition.id().to_string(),
            title: definition.file.title.zh.clone(),
            unit: definition.file.unit.clone(),
            owner: definition.file.owner.clone(),
            numbers,
        });
        Ok(Self {
            metrics: metrics.collect(),
            today: state.metrics().today(),
        })
    }

    pub(super) fn registry(self) -> Registry {
        let mut registry = Registry::with_prefix("yandu");
        registry.register_collector(Box::new(self));
        registry
    }
}

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let mut info = encoder.encode_descriptor(
            "metric",
            "What the metrics of the packs are",
            None,
            MetricType::Info,
        )?;
        for metric in &self.metrics {
            info.encode_info(&[
                ("metric", metric.id.as_str()),
                ("title", metric.title.as_str()),
                ("unit", metric.unit.as_str()),
                ("owner", metric.owner.as_str()),
            ])?;
        }
        let mut values = encoder.encode_descriptor(
            "metric_value",
            "The newest number of a metric, of the city or of a county",
            None,
            MetricType::Gauge,
        )?;
        for metric in &self.metrics {
            for number in &metric.numbers {
                let Some(Number::Value(value)) = number.value else {
                    continue;
                };
                let labels = [
                    ("metric", metric.id.as_str()),
                    ("area", number.area.as_str()),
                    ("unit", number.unit.as_str()),
                ];
                // An empty area stands for the city: a label that is left out.
                let labels: Vec<_> = labels
                    .into_iter()
                    .filter(|(_, text)| !text.is_empty())
                    .collect();
                values.encode_family(&labels)?.encode_gauge(&value)?;
            }
        }
        let seconds = Some(&Unit::Seconds);
        let help = "When the period of the newest number ends";
        let mut ends = encoder.encode_descriptor(
            "metric_period_end_timestamp",
            help,
            seconds,
            MetricType::Gauge,
        )?;
        for (metric, end) in self.ends() {
            let end = CITY_CLOCK.to_timestamp(end.to_datetime(jiff::civil::Time::MAX));
            let Ok(end) = end else { continue };
            ends.encode_family(&[("metric", metric)])?
                .encode_gauge(&(end.as_second() + 1))?;
        }
        let help = "How long ago the period of the newest number ended; 0 while it runs";
        let mut ages =
            encoder.encode_descriptor("metric_data_age", help, seconds, MetricType::Gauge)?;
        for (metric, end) in self.ends() {
            let days = i64::from((self.today - end).get_days());
            // The day after the last one is the first behind the period.
            let age = (days - 1).max(0) * DAY_SECONDS;
            ages.encode_family(&[("metric", metric)])?
                .encode_gauge(&age)?;
        }
        Ok(())
    }
}

impl Numbers {
    /// The last day of the period of each newest number.
    fn ends(&self) -> impl Iterator<Item = (&str, Date)> {
        self.metrics.iter().filter_map(|metric| {
            let newest = metric.numbers.first()?;
            Some((metric.id.as_str(), newest.period.last_day()))
        })
    }
}
