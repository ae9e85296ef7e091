//! What pdfium says of one page: its text, what it draws, its picture.

use pdfium_render::prelude::{
    PdfBitmapFormat, PdfMatrix, PdfPage, PdfPageObject, PdfPageObjectCommon, PdfPageObjectsCommon, PdfPathSegments,
    PdfPoints, PdfQuadPoints, PdfRect, PdfRenderConfig, PdfiumError,
};

use crate::picture::{HIGHEST, Picture, WIDEST};
use crate::quality::Drawn;

/// Dots an inch of a page's picture. As measured, tesseract reads Korean better at this than at 300, and faster.
const DENSITY: f32 = 200.0;
/// So many segments make a rule or a box.
const BOX: u32 = 6;
/// How deep drawings in drawings are followed.
const DEPTH: u8 = 4;
/// Objects beyond this say nothing new.
const OBJECTS: usize = 20_000;

pub fn text(page: &PdfPage<'_>) -> String {
    // The page's own box, not its size: a page that is turned or cropped has another.
    page.text().map(|text| text.inside_rect(bounds(page))).unwrap_or_default()
}

fn bounds(page: &PdfPage<'_>) -> PdfRect {
    page.boundaries().bounding().map_or_else(|_| page.page_size(), |boundary| boundary.bounds)
}

pub fn drawn(page: &PdfPage<'_>) -> Drawn {
    let mut drawn = Drawn { others: page.annotations().iter().count(), ..Drawn::default() };
    let bounds = bounds(page);
    let mut left = OBJECTS;
    for object in page.objects().iter() {
        add(&mut drawn, &object, PdfMatrix::identity(), &bounds, DEPTH, &mut left);
    }
    drawn
}

fn add(drawn: &mut Drawn, object: &PdfPageObject<'_>, matrix: PdfMatrix, page: &PdfRect, depth: u8, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    match object {
        PdfPageObject::Text(_) => drawn.texts += 1,
        PdfPageObject::Path(path) => drawn.shapes += usize::from(path.segments().len() > BOX),
        PdfPageObject::Image(_) => {
            // A scan may be cut into strips.
            let covered = object.bounds().map_or(0.0, |bounds| area(&bounds.transform(matrix)));
            let share = covered / area(&page.to_quad_points());
            drawn.cover = (drawn.cover + share.max(f32::MIN_POSITIVE)).min(1.0);
        }
        PdfPageObject::XObjectForm(form) if depth > 0 => {
            let matrix = form.matrix().map_or(matrix, |own| own.multiply(matrix));
            for index in form.as_range() {
                if let Ok(inner) = form.get(index) {
                    add(drawn, &inner, matrix, page, depth - 1, left);
                }
            }
        }
        _ => drawn.others += 1,
    }
}

fn area(quad: &PdfQuadPoints) -> f32 {
    (quad.width().value * quad.height().value).abs().max(1.0)
}

/// Whether nothing is to be seen, whatever the page draws.
pub fn is_blank(page: &PdfPage<'_>) -> bool {
    picture(page).is_ok_and(|picture| picture.is_blank())
}

/// The page in grey, at 200 dots an inch where that is within bounds.
pub fn picture(page: &PdfPage<'_>) -> Result<Picture, PdfiumError> {
    let pixels = |points: PdfPoints| points.value.max(1.0) * DENSITY / 72.0;
    let (width, height) = (pixels(page.width()), pixels(page.height()));
    let scale = (WIDEST as f32 / width).min(HIGHEST as f32 / height).min(1.0);
    let bound = |length: f32, most: u32| ((length * scale).round() as i32).clamp(1, most as i32);
    let (width, height) = (bound(width, WIDEST), bound(height, HIGHEST));
    let config = PdfRenderConfig::new()
        .set_fixed_size(width, height)
        .set_format(PdfBitmapFormat::Gray)
        .use_grayscale_rendering(true)
        // There is no order of colours in grey; asked for one, pdfium draws nothing.
        .set_reverse_byte_order(false)
        .limit_render_image_cache_size(true);
    let bitmap = page.render_with_config(&config)?;
    let (width, height) = (bitmap.width().unsigned_abs(), bitmap.height().unsigned_abs());
    let raw = bitmap.as_raw_bytes();
    let stride = raw.len() / (height as usize).max(1);
    let mut grey = Vec::with_capacity(width as usize * height as usize);
    for row in raw.chunks_exact(stride.max(1)).take(height as usize) {
        grey.extend_from_slice(&row[..(width as usize).min(row.len())]);
    }
    Ok(Picture { width, height, grey })
}
