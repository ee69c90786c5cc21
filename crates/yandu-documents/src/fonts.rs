//! The fonts of an official document, and which of them has a sign.

use std::collections::BTreeSet;
use std::sync::Arc;

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::{Error, Result};

/// A face that the standard names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// The text.
    Fangsong,
    /// Headings of the second level.
    Kaiti,
    /// Headings of the first level, and the heads of tables.
    Heiti,
    /// The title.
    Biaosong,
    /// Page numbers.
    Songti,
}

impl Face {
    pub const ALL: [Self; 5] = [
        Self::Fangsong,
        Self::Kaiti,
        Self::Heiti,
        Self::Biaosong,
        Self::Songti,
    ];

    /// In Chinese.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fangsong => "仿宋",
            Self::Kaiti => "楷体",
            Self::Heiti => "黑体",
            Self::Biaosong => "小标宋",
            Self::Songti => "宋体",
        }
    }

    /// The setting that names its font.
    pub fn key(self) -> &'static str {
        match self {
            Self::Fangsong => "font_fangsong",
            Self::Kaiti => "font_kaiti",
            Self::Heiti => "font_heiti",
            Self::Biaosong => "font_biaosong",
            Self::Songti => "font_songti",
        }
    }

    /// Under which name a document of Word asks for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fangsong => "仿宋_GB2312",
            Self::Kaiti => "楷体_GB2312",
            Self::Heiti => "黑体",
            Self::Biaosong => "方正小标宋简体",
            Self::Songti => "宋体",
        }
    }
}

/// The bytes of a font, and which font of a collection it is.
#[derive(Debug, Clone, Default)]
pub struct FontFile {
    pub bytes: Arc<Vec<u8>>,
    pub index: u32,
}

/// A font for each face, read once for a document.
pub struct Fonts {
    loaded: Vec<(Face, Loaded)>,
}

struct Loaded {
    file: FontFile,
    font: Font,
    units: f32,
}

/// A sign as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// The face that has it.
    pub(crate) face: Face,
    pub(crate) id: u32,
    /// As a part of the size.
    pub(crate) advance: f32,
    /// No font has the sign, and this stands in its place.
    pub(crate) is_missing: bool,
}

/// What printers set where a sign is missing.
const GETA: char = '〓';

impl Fonts {
    /// Reads the fonts. `file` gives one for each face.
    pub fn read(file: impl Fn(Face) -> FontFile) -> Result<Self> {
        let mut loaded = Vec::with_capacity(Face::ALL.len());
        for face in Face::ALL {
            let file = file(face);
            let broken = |why: &str| Error::Font {
                face,
                why: why.to_owned(),
            };
            let data: Arc<dyn AsRef<[u8]> + Send + Sync> = file.bytes.clone();
            let font =
                Font::new(data.into(), file.index).ok_or_else(|| broken("the file is no font"))?;
            let units = font.units_per_em();
            loaded.push((face, Loaded { file, font, units }));
        }
        Ok(Self { loaded })
    }

    fn of(&self, face: Face) -> Option<&Loaded> {
        let (_, loaded) = self.loaded.iter().find(|(one, _)| *one == face)?;
        Some(loaded)
    }

    pub(crate) fn font(&self, face: Face) -> Option<Font> {
        Some(self.of(face)?.font.clone())
    }

    /// The tables in which signs are looked up.
    pub(crate) fn glyphs(&self) -> Glyphs<'_> {
        let opened = self.loaded.iter().filter_map(|(face, loaded)| {
            let font = FontRef::from_index(&loaded.file.bytes, loaded.file.index).ok()?;
            Some((*face, font, loaded.units))
        });
        Glyphs {
            fonts: opened.collect(),
            missing: BTreeSet::new(),
        }
    }
}

/// Signs of the fonts of a document, and those that no font has.
pub(crate) struct Glyphs<'a> {
    fonts: Vec<(Face, FontRef<'a>, f32)>,
    pub(crate) missing: BTreeSet<char>,
}

impl Glyphs<'_> {
    /// The glyph of a sign in a face, or in another one that has it.
    pub(crate) fn of(&mut self, sign: char, face: Face) -> Glyph {
        if let Some(glyph) = self.find(sign, face) {
            return glyph;
        }
        self.missing.insert(sign);
        let shown = self.find(GETA, face).unwrap_or(Glyph {
            face,
            id: 0,
            advance: 1.0,
            is_missing: true,
        });
        Glyph {
            is_missing: true,
            ..shown
        }
    }

    fn find(&self, sign: char, face: Face) -> Option<Glyph> {
        let own = self.fonts.iter().filter(|(one, ..)| *one == face);
        let others = self.fonts.iter().filter(|(one, ..)| *one != face);
        own.chain(others).find_map(|(face, font, units)| {
            let id = font.charmap().map(sign)?;
            if id.to_u32() == 0 {
                return None;
            }
            let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
            Some(Glyph {
                face: *face,
                id: id.to_u32(),
                advance: metrics.advance_width(id)? / units,
                is_missing: false,
            })
        })
    }
}
