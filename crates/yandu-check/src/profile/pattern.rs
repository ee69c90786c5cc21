//! The shape of a text: runs of digits, letters and Chinese characters, other signs as they are.

use std::fmt::Write as _;

const LONGEST: usize = 64;

/// `320902199001011234` → `9{18}`, `苏J·A1234` → `汉A·A9{4}`. Shapes longer than 64 signs end in `…`.
pub(super) fn shape(text: &str, out: &mut String) {
    out.clear();
    let mut run: Option<(char, u32)> = None;
    for sign in text.chars() {
        let class = match sign {
            '0'..='9' => '9',
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            sign if sign.is_alphabetic() => '汉',
            sign => sign,
        };
        match &mut run {
            Some((current, count)) if *current == class => *count += 1,
            _ => {
                close(run, out);
                run = Some((class, 1));
            }
        }
        if out.len() > LONGEST {
            out.push('…');
            return;
        }
    }
    close(run, out);
}

fn close(run: Option<(char, u32)>, out: &mut String) {
    match run {
        Some((class, 1)) => out.push(class),
        Some((class, count)) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{class}{{{count}}}");
        }
        None => {}
    }
}
