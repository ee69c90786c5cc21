//! `compute.cluster`: the clusters of the city, from the day on which each was put into use.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Due, Entries, Form, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Compute,
    layout: Layout {
        dataset: "compute.cluster",
        columns: &[
            "cluster_id",
            "name",
            "centre_id",
            "division",
            "kind",
            "pflops",
            "precision",
            "government_cloud",
            "in_use_since",
        ],
        headers: &[
            "cluster_id",
            "name",
            "centre_id",
            "division",
            "kind",
            "pflops",
            "precision",
            "government_cloud",
            "in_use_since",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[Text, Text, Text, Text, Text, Number, Text, Text, Date],
    folder: "industry",
    stem: "算力集群",
    title: "算力集群登记",
    office: "工业和信息化局",
    form: Form::JsonLines,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let this_year = entries.first_month().after(24);
    for (index, row) in (0..).zip(world.city.table("clusters.csv")?.rows()) {
        let (years, month): (i32, i32) = (row.parse("years_ago")?, row.parse("month")?);
        let pflops: f64 = row.parse("pflops")?;
        let [code, name, centre, division, kind, precision, cloud] = [
            "code",
            "name",
            "centre",
            "division",
            "kind",
            "precision",
            "government_cloud",
        ]
        .map(|column| row.text(column).map(str::to_owned));
        let (code, name, centre, division) = (code?, name?, centre?, division?);
        let (kind, precision, cloud) = (kind?, precision?, cloud?);
        let month = this_year.after(month - 1 - 12 * years);
        let day = month.first_day() + entries.stream(Purpose::Register, index).between(0, 27);
        // The data office knows every cluster on the day on which it begins to work.
        entries.add(index, None, day, |_| {
            Record::new()
                .text(&code)
                .text(&name)
                .text(&centre)
                .text(&division)
                .text(&kind)
                .decimal(pflops, 1)
                .text(&precision)
                .text(&cloud)
                .day(world, day)
        });
    }
    Ok(())
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::MissingRequired => hand.empty(&["kind", "in_use_since", "pflops"]),
        DefectKind::CodeList => hand.wrong_code(&[("kind", "量子"), ("precision", "FP1024")]),
        DefectKind::NegativeAmount => {
            hand.hard("pflops", "pflops-range", |text, _| spoil::negative(text))
        }
        DefectKind::FullWidth => hand.soft("cluster_id", "full-width", |text, _| {
            spoil::full_width(text)
        }),
        _ => None,
    }
}
