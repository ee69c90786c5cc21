use crate::{AccountId, RoleId};

#[test]
fn an_account_name_is_a_letter_and_then_plain_signs() {
    for good in ["a", "wang", "wang.li-2_x", &"a".repeat(63)] {
        assert_eq!(good.parse::<AccountId>().unwrap().to_string(), good);
    }
    for bad in [
        "",
        "1wang",
        ".wang",
        "_wang",
        "Wang",
        "wang li",
        "王",
        "wang@x",
        "wang\n",
        &"a".repeat(64),
    ] {
        assert!(bad.parse::<AccountId>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_role_has_neither_dots_nor_underscores() {
    assert!("system-administrator".parse::<RoleId>().is_ok());
    for bad in ["", "System", "a.b", "a_b", "-a", "1a", &"a".repeat(64)] {
        assert!(bad.parse::<RoleId>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_name_that_is_read_from_json_is_checked() {
    let read = |text: &str| serde_json::from_str::<AccountId>(text);
    assert_eq!(read("\"wang\"").unwrap().as_str(), "wang");
    let error = read("\"Wang\"").unwrap_err().to_string();
    assert!(error.contains("lower-case letter"), "{error}");
    let json = serde_json::to_string(&read("\"wang\"").unwrap()).unwrap();
    assert_eq!(json, "\"wang\"");
}
