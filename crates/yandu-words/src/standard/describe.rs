//! What each standard is called, how sensitive it is, and the rule that it follows.

use super::Standard;
use crate::{Grade, Mask};

pub(super) struct Description {
    pub(super) name: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    pub(super) grade: Grade,
    pub(super) mask: Mask,
    pub(super) source: &'static str,
}

impl Standard {
    pub(super) fn description(self) -> Description {
        let keep = |first, last| Mask::Keep { first, last };
        match self {
            Self::Id => Description {
                name: "id",
                zh: "编号",
                en: "Identifier",
                grade: Grade::General2,
                mask: Mask::Hash,
                source: "Yandu: 1 to 128 signs without spaces and control signs",
            },
            Self::ResidentId => Description {
                name: "resident_id",
                zh: "公民身份号码",
                en: "Citizen identity number",
                grade: Grade::General3,
                mask: keep(6, 4),
                source: "GB 11643: 6 area, 8 birth date, 3 serial, 1 check (weights 2^i mod 11, `10X98765432`)",
            },
            Self::Uscc => Description {
                name: "uscc",
                zh: "统一社会信用代码",
                en: "Unified social credit code",
                grade: Grade::General1,
                mask: keep(8, 4),
                source: "GB 32100: department, kind, 6 area, 9 organisation code, check (weights 3^i mod 31)",
            },
            Self::OrganisationCode => Description {
                name: "organisation_code",
                zh: "组织机构代码",
                en: "Organisation code",
                grade: Grade::General1,
                mask: keep(2, 2),
                source: "GB 11714: 8 signs and a check (weights 3 7 9 10 5 8 4 2, mod 11)",
            },
            Self::Division => Description {
                name: "division",
                zh: "行政区划代码",
                en: "Administrative division",
                grade: Grade::General1,
                mask: keep(4, 0),
                source: "GB/T 2260: 6 digits; statistical division codes: 9 for townships, 12 for villages",
            },
            Self::Mobile => Description {
                name: "mobile",
                zh: "手机号码",
                en: "Mobile number",
                grade: Grade::General3,
                mask: keep(3, 4),
                source: "numbering plan of China's telephone networks: 11 digits from 13 to 19",
            },
            Self::Landline => Description {
                name: "landline",
                zh: "固定电话",
                en: "Landline number",
                grade: Grade::General2,
                mask: keep(5, 2),
                source: "numbering plan of China's telephone networks: area code, 7 or 8 digits, extension",
            },
            Self::Plate => Description {
                name: "plate",
                zh: "机动车号牌",
                en: "Number plate",
                grade: Grade::General2,
                mask: keep(2, 2),
                source: "GA 36: province, letter and 5 signs; 6 signs for new-energy vehicles; no I and no O",
            },
            Self::BankCard => Description {
                name: "bank_card",
                zh: "银行卡号",
                en: "Bank card number",
                grade: Grade::General4,
                mask: keep(6, 4),
                source: "ISO/IEC 7812-1: 12 to 19 digits, the last one by the Luhn formula",
            },
            Self::Name => Description {
                name: "name",
                zh: "姓名",
                en: "Personal name",
                grade: Grade::General2,
                mask: keep(1, 0),
                source: "Yandu: letters of any script, a middle dot between the parts, no digits",
            },
            Self::Address => Description {
                name: "address",
                zh: "详细地址",
                en: "Full address",
                grade: Grade::General3,
                mask: keep(6, 0),
                source: "Yandu: 2 to 300 signs with at least one letter, no control signs",
            },
            Self::Email => Description {
                name: "email",
                zh: "电子邮箱",
                en: "E-mail address",
                grade: Grade::General2,
                mask: keep(2, 0),
                source: "RFC 5321: unquoted local part and domain name",
            },
            Self::Ip => Description {
                name: "ip",
                zh: "IP地址",
                en: "IP address",
                grade: Grade::General2,
                mask: Mask::Hash,
                source: "RFC 791 and RFC 4291, in the text form of RFC 5952",
            },
            Self::Date => Description {
                name: "date",
                zh: "日期",
                en: "Date",
                grade: Grade::General1,
                mask: Mask::Year,
                source: "GB/T 7408 (ISO 8601): extended calendar date",
            },
            Self::Month => Description {
                name: "month",
                zh: "月份",
                en: "Month",
                grade: Grade::General1,
                mask: Mask::Year,
                source: "GB/T 7408 (ISO 8601): calendar date of reduced precision; kept as the first day of the month",
            },
            Self::Time => Description {
                name: "time",
                zh: "时间",
                en: "Time of day",
                grade: Grade::General1,
                mask: Mask::Null,
                source: "GB/T 7408 (ISO 8601): extended local time",
            },
            Self::Timestamp => Description {
                name: "timestamp",
                zh: "日期时间",
                en: "Date and time",
                grade: Grade::General1,
                mask: Mask::Month,
                source: "GB/T 7408 (ISO 8601): extended date and local time, with a space between",
            },
            Self::Money => Description {
                name: "money",
                zh: "金额",
                en: "Amount of money",
                grade: Grade::General1,
                mask: Mask::Step { by: 1000 },
                source: "Yandu: decimal(18,2), yuan unless the column has another unit",
            },
        }
    }
}
