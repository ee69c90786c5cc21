use yandu_words::Standard;

use super::*;

fn suggested(field: &FieldFacts) -> Suggested {
    suggest(&rules(), field, field.declared)
}

#[test]
fn a_title_a_header_and_a_pinyin_abbreviation_name_a_class_each() {
    let mut by_header = field(1, "c1", "字段一");
    by_header.headers = vec!["SFZH".to_owned()];
    for named in [
        field(1, "c1", "户主身份证号"),
        field(1, "sfzhm", "字段一"),
        field(1, "head_id_card", "字段一"),
        by_header,
    ] {
        let suggested = suggested(&named);
        assert_eq!(suggested.class.as_deref(), Some("identity"), "{named:?}");
        assert_eq!(suggested.grade, Grade::General3);
        assert!(
            matches!(suggested.reasons[0], Reason::Name { .. }),
            "{suggested:?}"
        );
    }
}

#[test]
fn a_word_of_letters_stands_between_marks_and_not_in_other_words() {
    for (name, is_plate) in [
        ("plate", true),
        ("car_plate", true),
        ("template", false),
        ("plateau", false),
    ] {
        let found = suggested(&field(1, name, "字段"));
        assert_eq!(
            found.class.as_deref() == Some("vehicle"),
            is_plate,
            "{name}"
        );
    }
}

#[test]
fn values_speak_without_a_name_and_more_of_them_speak_louder() {
    let all = suggested(&looking(field(1, "c1", "备用一"), Look::ResidentId, 100));
    assert_eq!(all.class.as_deref(), Some("identity"));
    let reason = Reason::Content {
        look: Look::ResidentId,
        values: 100,
        looked: 100,
    };
    assert_eq!(all.reasons, [reason]);
    let most = suggested(&looking(field(1, "c1", "备用一"), Look::ResidentId, 70));
    assert!(most.confidence < all.confidence, "{most:?} {all:?}");
    let few = suggested(&looking(field(1, "c1", "备用一"), Look::ResidentId, 30));
    assert_eq!((few.class, few.confidence), (None, 0.0));
}

#[test]
fn values_of_another_look_make_a_name_doubtful() {
    let named = field(1, "c1", "联系手机");
    assert_eq!(suggested(&named).class.as_deref(), Some("contact"));
    let unlike = suggested(&looking(named, Look::Uscc, 95));
    assert_eq!(unlike.class.as_deref(), Some("organisation"), "{unlike:?}");
}

#[test]
fn of_rules_about_as_strong_the_stricter_is_suggested() {
    // Its title is a word of the one rule, and its name one of the other.
    let both = field(1, "sjh", "联系方式");
    assert_eq!(suggested(&both).grade, Grade::General3);
    let phone = field(1, "lxdh", "联系方式");
    assert_eq!(suggested(&phone).grade, Grade::General2);
}

#[test]
fn a_standard_is_evidence_and_speaks_against_names_of_others() {
    let mut code = field(1, "c1", "代码");
    code.standard = Some(Standard::BankCard);
    assert_eq!(suggested(&code).class.as_deref(), Some("property"));
    let mut plate = field(1, "c1", "联系手机");
    plate.standard = Some(Standard::Plate);
    assert_eq!(suggested(&plate).class.as_deref(), Some("vehicle"));
}

#[test]
fn what_flows_in_is_never_gone_below() {
    let mut copied = field(1, "c1", "统一社会信用代码");
    copied.inflow = Some(Inflow {
        grade: Grade::General4,
        from: vec!["health.visit.diagnosis".to_owned()],
    });
    let found = suggested(&copied);
    assert_eq!(found.grade, Grade::General4);
    let says_so = |reason: &Reason| matches!(reason, Reason::Inflow { from, .. } if from[0] == "health.visit.diagnosis");
    assert!(found.reasons.iter().any(says_so), "{found:?}");
}

#[test]
fn where_nothing_speaks_the_present_grade_is_suggested() {
    let found = suggest(&rules(), &field(1, "c1", "备用一"), Grade::General2);
    assert_eq!((found.grade, found.confidence), (Grade::General2, 0.0));
    assert_eq!(found.reasons, [Reason::Nothing]);
}

#[test]
fn identity_and_health_together_raise_the_dataset() {
    let classes = |all: &[(&str, &str)]| {
        let all = all
            .iter()
            .map(|(name, class)| ((*name).to_owned(), (*class).to_owned()));
        all.collect::<BTreeMap<String, String>>()
    };
    let rules = rules();
    let alone = suggest_whole(
        &rules,
        &classes(&[("a", "identity"), ("b", "organisation")]),
    );
    assert_eq!(alone, None);
    let both = suggest_whole(&rules, &classes(&[("a", "identity"), ("b", "health")])).unwrap();
    assert_eq!(both.grade, Grade::General4);
    let Reason::Together { fields, .. } = &both.reasons[0] else {
        panic!("{both:?}");
    };
    assert_eq!(fields, &["a", "b"]);
}
