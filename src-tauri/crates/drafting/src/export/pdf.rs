//! PDF 1.7 with the font inside, so that it looks the same everywhere and its text can be searched.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::pdf_font::{Font, Subset};
use super::pdf_layout::{Mark, PAGE, pages};
use crate::error::{Error, Result};
use crate::lines::{Piece, Role};

const FONT: Name<'static> = Name(b"F1");
/// A subset has six letters in front of its font's name.
const FONT_NAME: Name<'static> = Name(b"NARATM+PretendardGOV-Regular");
const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// A row of a table's frame, in points.
const RULE: f32 = 0.5;

/// The letters of a document that the font lacks, each once, in their order: a PDF shows a box in their place, and what
/// is copied from it has them nonetheless.
///
/// # Errors
/// [`Error::Export`].
pub fn lacking(pieces: &[Piece]) -> Result<Vec<char>> {
    let font = Font::new()?;
    let mut lacking = Vec::new();
    let mut look = |text: &str| {
        for letter in text.chars() {
            if !font.has(letter) && !lacking.contains(&letter) {
                lacking.push(letter);
            }
        }
    };
    for piece in pieces {
        match piece {
            Piece::Line { text, .. } => look(text),
            Piece::Table(rows) => rows.iter().flatten().for_each(|cell| look(cell)),
        }
    }
    Ok(lacking)
}

pub fn write(pieces: &[Piece]) -> Result<Vec<u8>> {
    let mut font = Font::new()?;
    let pages = pages(pieces, &font);
    let contents: Vec<Vec<u8>> = pages.iter().map(|marks| content(marks, &mut font)).collect();
    let subset = font.subset()?;

    let mut last = 0;
    let mut next = || {
        last += 1;
        Ref::new(last)
    };
    let (catalog, tree, info, font_id) = (next(), next(), next(), next());
    let page_ids: Vec<(Ref, Ref)> = contents.iter().map(|_| (next(), next())).collect();

    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree).lang(TextStr("ko"));
    let title = pieces.iter().find_map(|piece| match piece {
        Piece::Line { role: Role::Title, text, .. } => Some(text.as_str()),
        _ => None,
    });
    let mut told = pdf.document_info(info);
    told.producer(TextStr("Naratmal"));
    if let Some(title) = title {
        told.title(TextStr(title));
    }
    told.finish();
    let count = i32::try_from(page_ids.len()).map_err(|_| Error::Export("too many pages".to_owned()))?;
    pdf.pages(tree).kids(page_ids.iter().map(|(page, _)| *page)).count(count);
    for ((page, content), bytes) in page_ids.iter().zip(&contents) {
        let mut written = pdf.page(*page);
        written.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(*content);
        written.resources().fonts().pair(FONT, font_id);
        written.finish();
        pdf.stream(*content, &packed(bytes)?).filter(Filter::FlateDecode);
    }
    embed(&mut pdf, font_id, &subset, &mut next)?;
    Ok(pdf.finish())
}

fn content(marks: &[Mark], font: &mut Font) -> Vec<u8> {
    let mut content = Content::new();
    content.set_line_width(RULE);
    for mark in marks {
        match mark {
            Mark::Text { x, y, size, text } => {
                let bytes = font.encoded(text);
                content.begin_text().set_font(FONT, *size).next_line(*x, *y).show(Str(&bytes)).end_text();
            }
            Mark::Rule { from, to } => {
                content.move_to(from.0, from.1).line_to(to.0, to.1).stroke();
            }
        }
    }
    content.finish().to_vec()
}

fn embed(pdf: &mut Pdf, id: Ref, subset: &Subset, next: &mut impl FnMut() -> Ref) -> Result<()> {
    let (letters, descriptor, unicode, map, file) = (next(), next(), next(), next(), next());
    pdf.type0_font(id)
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(letters)
        .to_unicode(unicode);
    let mut written = pdf.cid_font(letters);
    written
        .subtype(CidFontType::Type2)
        .base_font(FONT_NAME)
        .system_info(IDENTITY)
        .font_descriptor(descriptor)
        .default_width(1000.0)
        .cid_to_gid_map_stream(map);
    written.widths().consecutive(1, subset.letters.iter().map(|(_, _, width)| *width));
    written.finish();
    let [left, bottom, right, top] = subset.bounds;
    let [ascent, descent, capitals] = subset.heights;
    pdf.font_descriptor(descriptor)
        .name(FONT_NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(ascent)
        .descent(descent)
        .cap_height(capitals)
        .stem_v(80.0)
        .font_file2(file);
    let mut cmap = UnicodeCmap::new(Name(b"Naratmal"), IDENTITY);
    let mut glyphs = vec![0, 0];
    for (number, (letter, glyph, _)) in (1u16..).zip(&subset.letters) {
        cmap.pair(number, *letter);
        glyphs.extend(glyph.to_be_bytes());
    }
    pdf.cmap(unicode, &packed(&cmap.finish())?).filter(Filter::FlateDecode);
    pdf.stream(map, &packed(&glyphs)?).filter(Filter::FlateDecode);
    let length = i32::try_from(subset.file.len()).map_err(|_| Error::Export("the font is too long".to_owned()))?;
    let bytes = packed(&subset.file)?;
    let mut stream = pdf.stream(file, &bytes);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), length);
    Ok(())
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map_err(|error| Error::Export(error.to_string()))
}
