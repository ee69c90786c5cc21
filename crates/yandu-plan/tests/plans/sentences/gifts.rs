//! Money that is given: what each gets is a rule, what all get together may be a target.

use super::reading;

fn check_kinds(sentence: &str, expected: &[&str]) {
    let reading = reading(sentence);
    let kinds: Vec<&str> = reading.targets.iter().map(|one| one.kind.name()).collect();
    assert_eq!(kinds, expected, "{sentence}");
}

#[test]
fn what_each_gets_as_a_reward_or_a_subsidy_is_no_target() {
    for sentence in [
        "对首次入统企业给予10万元奖励。",
        "對首次入統企業獎勵10萬元。",
        "给予每家企业50万元的补助。",
        "每户补贴不超过2万元。",
        "撥付獎補資金2000萬元。",
        "给予最高50万元支持。",
        "给予入库企业50万元研发补助。",
        "给予入库企业50万元支持。",
        "资助每个项目20万元以上。",
        "对新获认定的企业补助30万元以上。",
        "对投入较多的企业奖励10万元。",
    ] {
        check_kinds(sentence, &["description"]);
    }
    check_kinds(
        "分别奖励国家级、省级项目10万元、5万元。",
        &["description", "description"],
    );
}

#[test]
fn what_is_paid_out_in_all_and_what_is_raised_or_lowered_is_a_target() {
    for sentence in [
        "发放消费补贴3亿元以上。",
        "發放3億元補貼。",
        "全年兑现奖补资金不少于2000万元。",
        "争取上级补助资金2亿元。",
        "拨付资金3亿元以上。",
        "压减补助支出500万元。",
        "奖补资金增加2000万元。",
        "城乡居民医保补助标准提高到670元。",
        "人均补助标准达到每人670元。",
        "完成投资2亿元。",
    ] {
        check_kinds(sentence, &["target"]);
    }
}
