/// A text as it can stand in one paragraph: breaks of lines and tabulators are spaces, and signs that control a terminal or that XML
/// cannot hold are none.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|sign| match sign {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                Some(' ')
            }
            '\u{fffe}' | '\u{ffff}' => None,
            sign if sign.is_control() => None,
            sign => Some(sign),
        })
        .collect()
}
