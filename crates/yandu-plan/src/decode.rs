//! From bytes to signs: which encoding the text is in, or what else it is.

use std::collections::HashSet;
use std::sync::LazyLock;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_16BE, UTF_16LE};
use yandu_words::sign::{fold, is_han};

use crate::error::Error;

/// A text with how it was written.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: &'static str,
    /// The bytes end inside a sign.
    pub(crate) is_cut: bool,
}

/// Signs of which any running official text is full. Half of a real text or more are among them, and hardly any sign of a text that
/// was read in a wrong encoding.
static FREQUENT: LazyLock<HashSet<char>> = LazyLock::new(|| {
    "的一是在不了有和人这中大为上个国以要时来用们生到作地于出就分对成会可主发年动同工也能下子说产面而方后多定行学法所民得经十三之进\
     着等部度家电力里如水化高自二理起小现实加量都两体制机当使点从业本去把性好应开它合还因由前外天政四日社义事平形相全表间样与关各重\
     新线内数正心反明看又利比或但质气第向道命此变条只没结解问意建月公无系军情最立代想已通并提直题党程展五果料革位入常文总次品式活设\
     及管特件长求老头基资边流路级少图山统接知较将组见计别手期根论运农指九区强放决西被做必战先则任取据处队南给色光门即保治北造百规热\
     领七海口东导器压世金增争济术交受联什认六共权收证改清己美再采转更单风切打教速花带安场身车真务具万每目至达走积示议报斗完类八离名\
     确才科信马节米整空元况今集温传土许步群广石记需段研界拉林律究越织装影算低持音众书布复容须际商非验连断深难近千周委素技备半办青省\
     列习响约支般史感便团往历市克何除消构府称太准精值号率族维划选标写存候快效院查型王按格养易置派层片始却专状育厂京识适属包火住调满\
     县局照参细引听该价严数据智慧城镇服务创新企业项网络安责任位牵推筑障监督协统升核享授营息载审批财监"
        .chars()
        .filter(|sign| is_han(*sign))
        .collect()
});

/// Signs of a text that are looked at to tell its encoding.
const SAMPLE_SIGNS: usize = 20_000;

pub(crate) fn decode(bytes: &[u8], limit: usize) -> Result<Decoded, Error> {
    if bytes.len() > limit {
        return Err(Error::TooLarge {
            bytes: bytes.len(),
            limit,
        });
    }
    if let Some(what) = other_format(bytes) {
        return Err(Error::NotText { what });
    }
    let decoded = by_mark(bytes)
        .or_else(|| as_utf16(bytes))
        .or_else(|| as_utf8(bytes))
        .map_or_else(|| legacy(bytes), Ok)?;
    if decoded.text.chars().all(|sign| !is_visible(sign)) {
        return Err(Error::Empty);
    }
    plausible(&decoded.text)?;
    Ok(decoded)
}

fn is_visible(sign: char) -> bool {
    !sign.is_whitespace() && !sign.is_control() && sign != '\u{feff}'
}

/// What a file is by its first bytes, where that is no text.
fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 12] = [
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture (PNG)"),
        (b"\xff\xd8\xff", "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"II*\0", "a picture (TIFF)"),
        (b"MM\0*", "a picture (TIFF)"),
        (b"RIFF", "a picture or a recording"),
        (b"\xd0\xcf\x11\xe0", "a document of an old office program"),
        (b"{\\rtf", "a document in rich text"),
        (b"\x1f\x8b", "a compressed file"),
        (b"Rar!", "a compressed file"),
        (b"7z\xbc\xaf", "a compressed file"),
    ];
    let found = MAGIC
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, what)| *what);
    if found.is_some() {
        return found;
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if bytes.starts_with(b"PK\x03\x04") {
        let holds = |name: &[u8]| head.windows(name.len()).any(|part| part == name);
        return Some(if holds(b"word/") {
            "a Word document"
        } else if holds(b"xl/") {
            "a workbook"
        } else if holds(b"OFD") {
            "an OFD document"
        } else {
            "a packed file, such as a document of an office program"
        });
    }
    let start: String = String::from_utf8_lossy(head)
        .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .chars()
        .take(14)
        .collect::<String>()
        .to_ascii_lowercase();
    (start.starts_with("<!doctype html") || start.starts_with("<html")).then_some("a web page")
}

fn by_mark(bytes: &[u8]) -> Option<Decoded> {
    let (encoding, length): (&'static Encoding, usize) =
        if bytes.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
            (GB18030, 4)
        } else {
            Encoding::for_bom(bytes)?
        };
    let rest = bytes.get(length..)?;
    if encoding == encoding_rs::UTF_8 {
        return as_utf8(rest);
    }
    let even = rest.get(..rest.len() & !1)?;
    let whole = if encoding == GB18030 { rest } else { even };
    let (text, _) = encoding.decode_without_bom_handling(whole);
    Some(Decoded {
        text: text.into_owned(),
        encoding: encoding.name(),
        is_cut: whole.len() != rest.len(),
    })
}

/// UTF-8, of which the last sign may be cut.
fn as_utf8(bytes: &[u8]) -> Option<Decoded> {
    let (text, is_cut) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, false),
        // A sign begun at the very end is what a cut leaves; a single such byte in a short file is another encoding.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            let text = std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?;
            if !text.chars().any(is_han) {
                return None;
            }
            (text, true)
        }
        Err(_) => return None,
    };
    Some(Decoded {
        text: text.to_owned(),
        encoding: "UTF-8",
        is_cut,
    })
}

/// UTF-16 without a mark: in one byte order nearly every pair is a sign of Chinese text, in the other hardly any.
fn as_utf16(bytes: &[u8]) -> Option<Decoded> {
    let even = bytes.get(..bytes.len() & !1)?;
    if even.len() < 8 || std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')) {
        return None;
    }
    [UTF_16LE, UTF_16BE].into_iter().find_map(|encoding| {
        let sample = even.get(..even.len().min(SAMPLE_SIGNS * 2))?;
        let (text, _) = encoding.decode_without_bom_handling(sample);
        (frequent_share(&text) > 0.35 && known_share(&text) > 0.9).then(|| Decoded {
            text: encoding.decode_without_bom_handling(even).0.into_owned(),
            encoding: encoding.name(),
            is_cut: even.len() != bytes.len(),
        })
    })
}

/// GB18030 or Big5, whichever makes better Chinese of the bytes.
fn legacy(bytes: &[u8]) -> Result<Decoded, Error> {
    let best = [GB18030, BIG5]
        .into_iter()
        .map(|encoding| {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            let good = frequent_share(&text) - 4.0 * broken_share(&text);
            (encoding, text.into_owned(), good)
        })
        .max_by(|a, b| a.2.total_cmp(&b.2));
    match best {
        Some((encoding, mut text, good)) if good > 0.2 => {
            let is_cut = text.ends_with('\u{fffd}');
            if is_cut {
                text.pop();
            }
            Ok(Decoded {
                text,
                encoding: if encoding == GB18030 {
                    "GB18030"
                } else {
                    encoding.name()
                },
                is_cut,
            })
        }
        _ if bytes.contains(&0) => Err(Error::NotText {
            what: "a binary file",
        }),
        _ => Err(Error::Encoding {
            why: "the bytes are Chinese in none of UTF-8, GB18030, Big5 and UTF-16".to_owned(),
        }),
    }
}

/// A text that was read in a wrong encoding before it came here shows it by its signs.
fn plausible(text: &str) -> Result<(), Error> {
    let broken = broken_share(text);
    if broken > 0.01 {
        return Err(Error::Encoding {
            why: format!(
                "{} of 1000 signs are marks of signs that were lost",
                (broken * 1000.0).round()
            ),
        });
    }
    let control = text
        .chars()
        .take(SAMPLE_SIGNS)
        .filter(|sign| *sign < ' ' && !sign.is_whitespace())
        .count();
    if control * 50 > text.chars().take(SAMPLE_SIGNS).count() {
        return Err(Error::NotText {
            what: "a binary file",
        });
    }
    let (mut han, mut western) = (0_usize, 0_usize);
    for sign in text.chars().take(SAMPLE_SIGNS) {
        han += usize::from(is_han(sign));
        western += usize::from(matches!(sign, '\u{80}'..='\u{24f}'));
    }
    if western > 40 && western > han * 2 {
        return Err(Error::Encoding {
            why: "Western signs such as `å` and `æ` stand where Chinese should".to_owned(),
        });
    }
    if han > 60 && frequent_share(text) < 0.2 {
        return Err(Error::Encoding {
            why: "the signs are Chinese, and hardly any of them is one that texts use".to_owned(),
        });
    }
    Ok(())
}

fn broken_share(text: &str) -> f64 {
    let (mut broken, mut all) = (0_usize, 1_usize);
    for sign in text.chars().take(SAMPLE_SIGNS) {
        all += 1;
        broken += usize::from(sign == '\u{fffd}');
    }
    broken as f64 / all as f64
}

/// Share of the Chinese signs that are frequent ones; zero without any.
pub(crate) fn frequent_share(text: &str) -> f64 {
    let (mut frequent, mut han) = (0_usize, 0_usize);
    for sign in text.chars().take(SAMPLE_SIGNS).filter(|sign| is_han(*sign)) {
        han += 1;
        frequent += usize::from(FREQUENT.contains(&fold(sign)));
    }
    if han == 0 {
        return 0.0;
    }
    frequent as f64 / han as f64
}

/// Share of signs that are Chinese, ASCII or the punctuation of Chinese.
fn known_share(text: &str) -> f64 {
    let (mut known, mut all) = (0_usize, 1_usize);
    for sign in text.chars().take(SAMPLE_SIGNS) {
        all += 1;
        let is_known = is_han(sign)
            || matches!(sign, '\t' | '\n' | '\r' | ' '..='~' | '\u{2010}'..='\u{203b}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}');
        known += usize::from(is_known);
    }
    known as f64 / all as f64
}
