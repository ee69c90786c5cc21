//! A reading for people: what was found, and what waits for a reviewer.

use std::fmt::Write as _;

use yandu_http::plan::{FigureFields, PlanFigure, PlanPoint, PlanReading};

pub(super) fn text(reading: &PlanReading) -> String {
    let mut text = String::new();
    let targets = reading
        .targets
        .iter()
        .filter(|figure| figure.kind == "target")
        .count();
    let _ = writeln!(
        text,
        "{}",
        reading.title.as_deref().unwrap_or("（没有标题）")
    );
    let _ = writeln!(
        text,
        "{}{}字（{}），{}个部分，{}个要点，{targets}个指标，另有{}处数字不是指标",
        reading
            .year
            .map(|year| format!("{year}年，"))
            .unwrap_or_default(),
        reading.signs,
        reading.encoding,
        reading.chapters.len(),
        reading.points.len(),
        reading.targets.len() - targets,
    );
    if !reading.everywhere.is_empty() {
        let names: Vec<&str> = reading
            .everywhere
            .iter()
            .map(|unit| unit.name.as_str())
            .collect();
        let _ = writeln!(text, "各项均由{}负责", names.join("、"));
    }
    let outside: Vec<&PlanFigure> = reading
        .targets
        .iter()
        .filter(|figure| figure.point.is_none())
        .collect();
    if !outside.is_empty() {
        let _ = writeln!(text, "\n总体目标");
        figures(&mut text, &outside);
    }
    for point in &reading.points {
        head(&mut text, point);
        let own: Vec<&PlanFigure> = reading
            .targets
            .iter()
            .filter(|figure| figure.point == Some(point.number))
            .collect();
        figures(&mut text, &own);
    }
    review(&mut text, reading);
    text
}

fn head(text: &mut String, point: &PlanPoint) {
    let _ = writeln!(text, "\n{}. {}", point.number, point.title);
    let lead = if point.lead_open {
        "待定".to_owned()
    } else {
        point.leads.join("、")
    };
    let _ = write!(text, "   牵头：{lead}");
    if !point.supports.is_empty() {
        let word = if point.lead_open {
            "共同负责"
        } else {
            "配合"
        };
        let _ = write!(text, "　{word}：{}", point.supports.join("、"));
    }
    text.push('\n');
}

fn figures(text: &mut String, figures: &[&PlanFigure]) {
    for figure in figures {
        let literal: String = figure.literal.split_whitespace().collect();
        let mark = if figure.kind == "target" {
            "◆"
        } else {
            "◇"
        };
        let _ = write!(text, "   {mark} {literal}　{}", measure(figure));
        if figure.kind == "target" {
            if let Some(due) = &figure.due {
                let _ = write!(text, "　{due}前");
            }
        } else {
            let _ = write!(text, "　[{}]", kind(&figure.kind));
        }
        if !figure.doubt_texts.is_empty() {
            let _ = write!(text, "　？{}", figure.doubt_texts.join("；"));
        }
        text.push('\n');
    }
}

fn kind(kind: &str) -> &'static str {
    match kind {
        "preference" => "倾向",
        "name" => "名称",
        "list-count" => "列举",
        _ => "描述",
    }
}

fn measure(figure: &PlanFigure) -> String {
    super::shown::measure(&FigureFields {
        value: figure.value.clone(),
        unit: figure.unit.clone(),
        comparison: figure.comparison.clone(),
        due: None,
        kind: figure.kind.clone(),
        bound: None,
        range: None,
        baseline: None,
    })
}

/// What waits for a person.
fn review(text: &mut String, reading: &PlanReading) {
    if !reading.offers.is_empty() {
        let _ = writeln!(text, "\n可能是指标，请确认（{}处）", reading.offers.len());
        for offer in &reading.offers {
            let literal: String = offer.literal.split_whitespace().collect();
            let point = offer
                .point
                .map(|point| format!("要点{point}　"))
                .unwrap_or_default();
            let _ = writeln!(text, "   {point}{literal}　{}", offer.why);
        }
    }
    if !reading.findings.is_empty() {
        let _ = writeln!(text, "\n需要核对（{}处）", reading.findings.len());
        for finding in &reading.findings {
            let _ = writeln!(
                text,
                "   第{}行　{}。{}（{}）",
                finding.line, finding.message, finding.mend, finding.code
            );
        }
    }
    let open = reading
        .points
        .iter()
        .filter(|point| point.lead_open)
        .count();
    if open > 0 {
        let _ = writeln!(text, "\n{open}个要点没有写明牵头单位，由联席会议办公室指定");
    }
}
