use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn ranges(texts: &[&str]) -> Vec<DayRange> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// The rest days of 2025 and 2026; 2026 is recalled and not confirmed.
fn data() -> CalendarData {
    CalendarData {
        version: "fixture-1".into(),
        years: vec![
            YearData {
                year: 2025,
                source: "国务院办公厅关于2025年部分节假日安排的通知".into(),
                uncertain: false,
                closed: ranges(&[
                    "2025-01-01",
                    "2025-01-28/2025-02-04",
                    "2025-04-04/2025-04-06",
                    "2025-05-01/2025-05-05",
                    "2025-05-31/2025-06-02",
                    "2025-10-01/2025-10-08",
                ]),
                worked: ranges(&[
                    "2025-01-26",
                    "2025-02-08",
                    "2025-04-27",
                    "2025-09-28",
                    "2025-10-11",
                ]),
            },
            YearData {
                year: 2026,
                source: "国务院办公厅关于2026年部分节假日安排的通知".into(),
                uncertain: true,
                closed: ranges(&[
                    "2026-01-01/2026-01-03",
                    "2026-02-15/2026-02-23",
                    "2026-04-04/2026-04-06",
                    "2026-05-01/2026-05-05",
                    "2026-06-19/2026-06-21",
                    "2026-09-25/2026-09-27",
                    "2026-10-01/2026-10-07",
                ]),
                worked: ranges(&[
                    "2026-01-04",
                    "2026-02-14",
                    "2026-02-28",
                    "2026-05-09",
                    "2026-09-20",
                    "2026-10-10",
                ]),
            },
        ],
    }
}

fn calendar() -> Calendar {
    Calendar::from_data(&data()).unwrap()
}

fn working(event: Date, n: u32) -> Date {
    calendar().add_days(event, n, DayKind::WorkingDay).unwrap()
}

#[test]
fn five_working_days_over_the_national_day_count_the_make_up_sunday() {
    assert_eq!(working(date(2025, 9, 26), 5), date(2025, 10, 10));
    let steps: Vec<Date> = (1..=5).map(|n| working(date(2025, 9, 26), n)).collect();
    let expected = [(9, 28), (9, 29), (9, 30), (10, 9), (10, 10)];
    assert_eq!(steps, expected.map(|(month, day)| date(2025, month, day)));
}

#[test]
fn a_licence_accepted_in_april_is_due_after_twenty_working_days() {
    assert_eq!(working(date(2025, 4, 21), 20), date(2025, 5, 21));
    assert_eq!(
        calendar()
            .days_between(date(2025, 4, 21), date(2025, 5, 21), DayKind::WorkingDay)
            .unwrap(),
        20
    );
}

#[test]
fn days_rest_and_work_as_the_notices_say() {
    let cases = [
        (date(2025, 1, 1), false),
        (date(2025, 1, 26), true),
        (date(2025, 1, 27), true),
        (date(2025, 2, 5), true),
        (date(2025, 2, 8), true),
        (date(2025, 2, 9), false),
        (date(2025, 6, 2), false),
        (date(2025, 10, 11), true),
        (date(2025, 10, 12), false),
        (date(2026, 2, 14), true),
        (date(2026, 2, 23), false),
        (date(2026, 12, 31), true),
    ];
    for (day, expected) in cases {
        assert_eq!(calendar().is_working_day(day), Ok(expected), "{day}");
    }
}

#[test]
fn a_year_without_data_is_refused_by_its_number() {
    let calendar = calendar();
    let error = calendar.is_working_day(date(2027, 1, 1)).unwrap_err();
    assert_eq!(error.year(), Some(2027));
    assert_eq!(
        error.to_string(),
        "the working-day calendar `fixture-1` has no year 2027: add the year before counting in it"
    );
    let crossing = calendar.add_days(date(2026, 12, 30), 2, DayKind::WorkingDay);
    assert_eq!(crossing.unwrap_err().year(), Some(2027));
    let counting = calendar.days_between(date(2024, 12, 30), date(2025, 1, 6), DayKind::WorkingDay);
    assert_eq!(counting.unwrap_err().year(), Some(2024));
    let moving = calendar.add_moving_on(date(2026, 12, 20).at(9, 0, 0, 0), Span::calendar_days(20));
    assert_eq!(moving.unwrap_err().year(), Some(2027));
}

#[test]
fn a_year_without_data_is_presumed_to_be_worked_from_monday_to_friday() {
    let calendar = calendar();
    let presumed = |day: Date| calendar.is_presumed_working_day(day);
    assert!(!presumed(date(2025, 10, 1)) && presumed(date(2025, 9, 28)));
    assert!(presumed(date(2027, 10, 1)) && !presumed(date(2027, 9, 26)));
    let evening = date(2026, 12, 30).at(18, 0, 0, 0);
    // New Year's Day of 2027 is a Friday.
    assert_eq!(
        calendar.add_presumed_working_days(evening, 3),
        Some(date(2027, 1, 4).at(18, 0, 0, 0))
    );
    assert_eq!(
        calendar.add_presumed_working_days(evening, 0),
        Some(evening)
    );
    assert_eq!(
        calendar.add_presumed_working_days(date(9999, 12, 30).into(), 5),
        None
    );
    assert!(Calendar::default().is_presumed_working_day(date(2025, 10, 1)));
}

#[test]
fn calendar_days_and_hours_need_no_calendar() {
    let calendar = calendar();
    let event = date(2030, 12, 30).at(23, 30, 0, 0);
    let later = |span| calendar.add(event, span).unwrap();
    assert_eq!(
        later(Span::calendar_days(3)),
        date(2031, 1, 2).at(23, 30, 0, 0)
    );
    assert_eq!(later(Span::hours(4)), date(2030, 12, 31).at(3, 30, 0, 0));
    assert!(matches!(
        calendar.add(event, Span::calendar_days(u32::MAX)),
        Err(Error::TooFar { .. })
    ));
}

#[test]
fn a_calendar_period_that_ends_on_a_day_of_rest_moves_on_where_asked() {
    let calendar = calendar();
    let event = date(2025, 9, 18).at(10, 0, 0, 0);
    let fortnight = Span::calendar_days(15);
    assert_eq!(
        calendar.add(event, fortnight).unwrap().date(),
        date(2025, 10, 3)
    );
    assert_eq!(
        calendar.add_moving_on(event, fortnight).unwrap(),
        date(2025, 10, 9).at(10, 0, 0, 0)
    );
    // A make-up Sunday is a working day, so nothing moves.
    let ends_on_make_up = date(2025, 9, 13).at(10, 0, 0, 0);
    assert_eq!(
        calendar
            .add_moving_on(ends_on_make_up, fortnight)
            .unwrap()
            .date(),
        date(2025, 9, 28)
    );
    let hours = Span::hours(24);
    let saturday = date(2025, 9, 19).at(10, 0, 0, 0);
    assert_eq!(
        calendar.add_moving_on(saturday, hours),
        calendar.add(saturday, hours)
    );
}

#[test]
fn counting_backwards_is_negative() {
    let calendar = calendar();
    for kind in [DayKind::WorkingDay, DayKind::CalendarDay, DayKind::Hour] {
        let (early, late) = (date(2025, 9, 26), date(2025, 10, 10));
        assert_eq!(
            calendar.days_between(late, early, kind).unwrap(),
            -calendar.days_between(early, late, kind).unwrap()
        );
    }
}

#[test]
fn rows_of_days_make_the_same_calendar() {
    let mut rows = Vec::new();
    for year in data().years {
        let days = |ranges: Vec<DayRange>| ranges.into_iter().flat_map(DayRange::days);
        rows.extend(days(year.closed).map(|day| (day, DayRule::Closed)));
        rows.extend(days(year.worked).map(|day| (day, DayRule::Worked)));
    }
    rows.reverse();
    let from_rows = Calendar::from_rows("rows", rows)
        .unwrap()
        .with_uncertain([2026, 2027]);
    assert_eq!(from_rows.years().collect::<Vec<_>>(), [2025, 2026]);
    assert_eq!(from_rows.is_uncertain(2025), Ok(false));
    assert_eq!(from_rows.is_uncertain(2026), Ok(true));
    let mut day = date(2025, 1, 1);
    while day.year() < 2027 {
        assert_eq!(
            from_rows.is_working_day(day).ok(),
            calendar().is_working_day(day).ok(),
            "{day}"
        );
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn all_faults_of_the_data_are_listed_at_once() {
    let mut data = data();
    let mut second = data.years[0].clone();
    second.closed = ranges(&["2025-01-01", "2026-01-01", "2025-12-30/9999-12-31"]);
    second.worked = ranges(&["2025-01-01", "2025-01-02"]);
    data.years.push(second);
    let faults = Calendar::from_data(&data).unwrap_err().faults;
    let messages: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "2026-01-01 is listed under the year 2025",
            "9999-12-31 is listed under the year 2025",
            "2025-01-01 is both closed and worked",
            "2025-01-02 is named as a make-up day and is no Saturday or Sunday",
            "the year 2025 is there twice",
        ]
    );
}

#[test]
fn a_calendar_is_read_from_its_file_form() {
    let text = r#"{"version": "1", "years": [{
        "year": 2025, "source": "通知", "uncertain": true,
        "closed": ["2025-10-01/2025-10-08"], "worked": ["2025-09-28"]
    }]}"#;
    let data: CalendarData = serde_json::from_str(text).unwrap();
    let read = Calendar::from_data(&data).unwrap();
    assert_eq!((read.version(), read.source(2025)), ("1", Ok("通知")));
    let again: CalendarData = serde_json::from_str(&serde_json::to_string(&data).unwrap()).unwrap();
    assert_eq!(again, data);
    for wrong in ["2025-10-08/2025-10-01", "2025-02-30", "", "10-01"] {
        assert!(wrong.parse::<DayRange>().is_err(), "{wrong}");
    }
}

#[test]
fn spans_are_read_as_packs_write_them() {
    let cases = [
        ("5 wd", Some(Span::working_days(5))),
        ("5wd", Some(Span::working_days(5))),
        ("15 d", Some(Span::calendar_days(15))),
        ("36 h", Some(Span::hours(36))),
        ("5", None),
        ("wd", None),
        ("5 w", None),
        ("-5 d", None),
        ("5.5 h", None),
        ("99999999999 h", None),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Span>().ok(), expected, "{text}");
    }
    assert_eq!(Span::working_days(5).to_string(), "5 wd");
}

fn any_day() -> impl Strategy<Value = Date> {
    (0..600_i32).prop_map(|days| {
        date(2025, 1, 1)
            .checked_add(SignedDuration::from_hours(24 * i64::from(days)))
            .unwrap()
    })
}

proptest! {
    #[test]
    fn adding_then_counting_gives_the_number_back(event in any_day(), n in 0_u32..60) {
        let calendar = calendar();
        for kind in [DayKind::WorkingDay, DayKind::CalendarDay] {
            let end = calendar.add_days(event, n, kind).unwrap();
            prop_assert_eq!(calendar.days_between(event, end, kind).unwrap(), i64::from(n));
        }
    }

    #[test]
    fn a_working_period_ends_on_a_working_day(event in any_day(), n in 1_u32..60) {
        let calendar = calendar();
        let end = calendar.add_days(event, n, DayKind::WorkingDay).unwrap();
        prop_assert!(calendar.is_working_day(end).unwrap());
        prop_assert!(end > event);
    }

    #[test]
    fn where_there_is_data_nothing_is_presumed(event in any_day(), n in 0_u32..60) {
        let calendar = calendar();
        let event = event.at(9, 30, 0, 0);
        prop_assert_eq!(
            calendar.add_presumed_working_days(event, n),
            calendar.add(event, Span::working_days(n)).ok()
        );
    }

    #[test]
    fn a_longer_period_and_a_later_event_never_end_earlier(
        event in any_day(),
        later in any_day(),
        n in 0_u32..60,
    ) {
        let calendar = calendar();
        let (event, later) = (event.min(later), event.max(later));
        for kind in [DayKind::WorkingDay, DayKind::CalendarDay] {
            let end = calendar.add_days(event, n, kind).unwrap();
            prop_assert!(calendar.add_days(event, n + 1, kind).unwrap() > end);
            prop_assert!(calendar.add_days(later, n, kind).unwrap() >= end);
            let span = Span { n, kind };
            let moved = calendar.add_moving_on(event.into(), span).unwrap();
            prop_assert!(moved.date() >= end);
        }
    }

    #[test]
    fn adding_in_two_steps_is_adding_at_once(event in any_day(), a in 0_u32..30, b in 0_u32..30) {
        let calendar = calendar();
        let halfway = calendar.add_days(event, a, DayKind::WorkingDay).unwrap();
        prop_assert_eq!(
            calendar.add_days(halfway, b, DayKind::WorkingDay).unwrap(),
            calendar.add_days(event, a + b, DayKind::WorkingDay).unwrap()
        );
    }

    #[test]
    fn counts_add_up_over_any_day_between(a in any_day(), b in any_day(), c in any_day()) {
        let calendar = calendar();
        for kind in [DayKind::WorkingDay, DayKind::CalendarDay] {
            let count = |from, to| calendar.days_between(from, to, kind).unwrap();
            prop_assert_eq!(count(a, b) + count(b, c), count(a, c));
        }
    }

    #[test]
    fn a_written_span_is_read_back(n: u32) {
        for span in [Span::working_days(n), Span::calendar_days(n), Span::hours(n)] {
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }
    }
}
