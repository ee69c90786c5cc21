//! Headers of columns as departments write them.

/// A header without what departments write differently: case, white space, full-width signs, kinds of brackets, marks of
/// required columns, and what joins words.
pub fn fold_header(header: &str) -> String {
    header
        .chars()
        .map(|sign| match sign {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            _ => sign,
        })
        .map(|sign| match sign {
            '【' | '〔' | '[' => '(',
            '】' | '〕' | ']' => ')',
            _ => sign,
        })
        .filter(|sign| {
            !sign.is_whitespace()
                && !sign.is_control()
                && !matches!(sign, '\u{feff}' | '\u{200b}' | '*' | '_' | '-')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fold_header;

    #[test]
    fn spellings_of_one_header_are_folded_into_one() {
        for header in [
            "身份证号(ID_no)*",
            " 身份证号（ＩＤ－ＮＯ）",
            "\u{feff}身份证号 (id\tno)",
            "身份\u{200b}证号(Id-No)\r\n",
        ] {
            assert_eq!(fold_header(header), "身份证号(idno)", "{header:?}");
        }
        for header in ["【金额】", "[金额]", "［金额］", "〔金额〕"] {
            assert_eq!(fold_header(header), "(金额)", "{header}");
        }
        assert_eq!(fold_header(" *-_"), "");
        assert_ne!(fold_header("金额1"), fold_header("金额2"));
    }
}
