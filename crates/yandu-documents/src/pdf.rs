//! A PDF: the pages of the layout, its letters as text that can be found and copied, its parts tagged for readers who listen.

mod tags;

use std::collections::BTreeSet;

use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::text::{GlyphId, KrillaGlyph};

use self::tags::Tags;
use crate::clean::clean;
use crate::document::Document;
use crate::fonts::Fonts;
use crate::layout::{Drawn, Page, Part, Rule, pages};
use crate::line::Sign;
use crate::{Error, Result, sheet};

/// A PDF, and what could not be shown in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Signs that none of the fonts has. 〓 stands in their place, and the text behind it is the sign.
    pub missing: BTreeSet<char>,
}

/// The width of ruled lines.
const RULE: f32 = 0.5;

/// The bytes of a PDF.
pub fn to_pdf(document: &Document, fonts: &Fonts) -> Result<Pdf> {
    let mut glyphs = fonts.glyphs();
    let pages = pages(document, &mut glyphs);
    let missing = glyphs.missing;
    let addresses: Vec<Option<String>> = document
        .notes()
        .into_iter()
        .map(|note| note.address.clone())
        .collect();
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(metadata(document));
    let mut tags = Tags::new(document);
    for page in &pages {
        draw_page(&mut pdf, page, fonts, (&addresses, &mut tags))?;
    }
    pdf.set_tag_tree(tags.tree());
    let bytes = pdf
        .finish()
        .map_err(|error| Error::Pdf(format!("{error:?}")))?;
    Ok(Pdf {
        bytes,
        pages: pages.len(),
        missing,
    })
}

fn metadata(document: &Document) -> Metadata {
    let mut metadata = Metadata::new()
        .title(document.title())
        .language("zh-CN".to_owned())
        .creator("Yandu".to_owned());
    if let Some(signature) = &document.signature {
        metadata = metadata.authors(vec![signature.clone()]);
    }
    if let Some(taken) = &document.taken {
        metadata = metadata.description(clean(taken));
    }
    if let Some(date) = document.date {
        let at = DateTime::new(date.year().unsigned_abs())
            .month(date.month().unsigned_abs())
            .day(date.day().unsigned_abs());
        metadata = metadata.creation_date(at);
    }
    metadata
}

fn draw_page(
    pdf: &mut krilla::Document,
    page: &Page,
    fonts: &Fonts,
    (addresses, tags): (&[Option<String>], &mut Tags),
) -> Result<()> {
    let settings = PageSettings::from_wh(sheet::WIDTH, sheet::HEIGHT)
        .ok_or_else(|| Error::Pdf("a sheet has no size".to_owned()))?;
    let mut sheet = pdf.start_page_with(settings);
    let mut surface = sheet.surface();
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
        ArtifactType::Other,
    )));
    for rule in &page.rules {
        draw_rule(&mut surface, rule);
    }
    surface.end_tagged();
    for line in &page.lines {
        if line.part == Part::Furniture {
            let kind = Artifact::with_kind(ArtifactType::PageNumber);
            surface.start_tagged(ContentTag::Artifact(kind));
        } else {
            let place = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            tags.put(line.part, place);
        }
        draw_line(&mut surface, line, fonts);
        surface.end_tagged();
    }
    surface.finish();
    for line in &page.lines {
        let Part::Note(number) = line.part else {
            continue;
        };
        let address = addresses.get(number - 1).and_then(Option::as_ref);
        if let (Some(address), Some(rect)) = (address, link_of(line)) {
            let target = Target::Action(Action::Link(LinkAction::new(address.clone())));
            let link =
                Annotation::new_link(LinkAnnotation::new(rect, target), Some(address.clone()));
            let place = sheet.add_tagged_annotation(link);
            tags.put_link(number, place);
        }
    }
    Ok(())
}

fn draw_rule(surface: &mut Surface<'_>, rule: &Rule) {
    let mut path = PathBuilder::new();
    path.move_to(rule.from.x, rule.from.y);
    path.line_to(rule.to.x, rule.to.y);
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke {
            paint: luma::Color::black().into(),
            width: RULE,
            ..Stroke::default()
        }));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

fn draw_line(surface: &mut Surface<'_>, drawn: &Drawn, fonts: &Fonts) {
    surface.set_fill(Some(Fill::default()));
    let mut x = drawn.at.x;
    let same = |one: &Sign, next: &Sign| {
        let key = |sign: &Sign| (sign.glyph.face, sign.size.to_bits(), sign.rise.to_bits());
        key(one) == key(next)
    };
    for signs in drawn.line.signs.chunk_by(same) {
        let Some(first) = signs.first() else { continue };
        let start = Point::from_xy(x, drawn.at.y - first.rise);
        x += signs.iter().map(|sign| sign.width).sum::<f32>();
        let Some(font) = fonts.font(first.glyph.face) else {
            continue;
        };
        let mut text = String::new();
        let mut glyphs = Vec::with_capacity(signs.len());
        for sign in signs {
            let from = text.len();
            text.push(sign.letter);
            let id = GlyphId::new(sign.glyph.id);
            let advance = sign.width / sign.size;
            let range = from..text.len();
            glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None));
        }
        surface.draw_glyphs(start, &glyphs, font, &text, first.size, false);
    }
}

/// Where the address of a footnote stands on a line.
fn link_of(drawn: &Drawn) -> Option<Rect> {
    let signs = &drawn.line.signs;
    let first = signs.iter().position(|sign| sign.is_link)?;
    let before: f32 = signs.iter().take(first).map(|sign| sign.width).sum();
    let linked: f32 = signs.iter().skip(first).map(|sign| sign.width).sum();
    let left = drawn.at.x + before;
    let size = sheet::NOTE;
    Rect::from_ltrb(
        left,
        drawn.at.y - size * 0.88,
        left + linked,
        drawn.at.y + size * 0.12,
    )
}
