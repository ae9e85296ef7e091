//! Pictures of text: PNG, JPEG and TIFF, whose frames are pages. All their text is recognised.

use std::io::Cursor;

use documents::{Document, Format, Page};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits};
use wire::Failure;

use crate::outline::Outline;
use crate::picture::{HIGHEST, Picture, WIDEST};
use crate::{Tools, fault, pages, quality};

/// The largest side that is decoded, in pixels, and the memory that decoding may take, in bytes.
const SIDE: u32 = 12_000;
const MEMORY: u64 = 256 * 1024 * 1024;
/// A picture smaller than this, in pixels, is of a screen; its letters are too small for a recogniser.
const SMALL: u32 = 1800;
/// More frames than this are no scan.
const FRAMES: usize = 2000;

pub fn image(bytes: &[u8], tools: &mut Tools<'_>) -> Result<Document, Failure> {
    let mut outline = Outline::new(Format::Image);
    let mut texts = Vec::new();
    let mut unread = Vec::new();
    let mut damaged = Vec::new();
    let frames = Frames::of(bytes);
    for (index, picture) in frames.enumerate() {
        let text = match picture {
            Ok(picture) if picture.is_blank() => Some(String::new()),
            Ok(picture) => {
                let text = tools.recogniser.recognise(at(index), &picture.pgm());
                if text.is_none() {
                    unread.push(index);
                }
                text.filter(|text| quality::is_recognised(text))
            }
            // The first frame says what is wrong with the file; of the others the rest is worth reading.
            Err(failure) if index == 0 => return Err(failure),
            Err(_) => {
                damaged.push(index);
                None
            }
        };
        texts.push(text.unwrap_or_default());
    }
    let count = texts.len();
    if !unread.is_empty() && texts.iter().all(|text| text.trim().is_empty()) {
        return Err(fault::picture_unread(count));
    }
    outline.pages(u32::try_from(count).unwrap_or(u32::MAX));
    let recognised: Vec<usize> = (0..count).filter(|&index| !texts[index].trim().is_empty()).collect();
    if !recognised.is_empty() {
        outline.warn(format!(
            "{}쪽은 문자 인식(OCR)으로 읽었습니다. 숫자와 이름은 원본과 대조하십시오.",
            pages::numbers(&recognised)
        ));
    }
    if !unread.is_empty() {
        outline.warn(format!("{}쪽은 문자 인식(OCR)이 되지 않아 읽지 못했습니다. 원본을 확인하십시오.", pages::numbers(&unread)));
    }
    if !damaged.is_empty() {
        outline.partial();
        outline.warn(format!("파일이 손상되어 {}쪽을 읽지 못했습니다. 원본을 다시 받아 추가하십시오.", pages::numbers(&damaged)));
    }
    unread.extend(damaged);
    unread.sort_unstable();
    for index in unread {
        outline.unread(at(index));
    }
    for (index, paragraphs) in pages::paragraphs(&texts).into_iter().enumerate() {
        outline.page(at(index));
        for paragraph in paragraphs {
            outline.paragraph(&paragraph);
        }
    }
    Ok(outline.finish())
}

fn at(index: usize) -> Page {
    Page::at(u32::try_from(index).unwrap_or(u32::MAX))
}

/// The pictures of a file, one in memory at a time.
struct Frames {
    bytes: Vec<u8>,
    /// Where a TIFF's directories lie; empty for a file of one picture.
    directories: std::vec::IntoIter<u32>,
    is_first: bool,
}

impl Frames {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), directories: directories(bytes).into_iter(), is_first: true }
    }
}

impl Iterator for Frames {
    type Item = Result<Picture, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.directories.next() {
            // The decoder reads the directory that the header points to.
            Some(directory) => {
                let little = self.bytes.starts_with(b"II");
                let place = if little { directory.to_le_bytes() } else { directory.to_be_bytes() };
                self.bytes[4..8].copy_from_slice(&place);
            }
            None if !self.is_first => return None,
            None => {}
        }
        self.is_first = false;
        Some(decoded(&self.bytes))
    }
}

/// The chain of a TIFF's directories, each once.
fn directories(bytes: &[u8]) -> Vec<u32> {
    let little = bytes.starts_with(b"II*\0");
    if !little && !bytes.starts_with(b"MM\0*") {
        return Vec::new();
    }
    let number = |at: usize, length: usize| -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let fold = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) })
    };
    let mut found = Vec::new();
    let mut next = number(4, 4);
    while let Some(at) = next.filter(|&at| at != 0 && found.len() < FRAMES && !found.contains(&at)) {
        found.push(at);
        next = number(at as usize, 2).and_then(|entries| number(at as usize + 2 + 12 * entries as usize, 4));
    }
    found
}

fn decoded(bytes: &[u8]) -> Result<Picture, Failure> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(fault::damaged)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let orientation = decoder.orientation().map_err(failed)?;
    if decoder.total_bytes() > MEMORY {
        return Err(fault::bomb(format!("{} bytes of pixels", decoder.total_bytes())));
    }
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    let mut image = DynamicImage::ImageLuma8(grey(image));
    image.apply_orientation(orientation);
    let grey = scaled(image.into_luma8());
    Ok(Picture { width: grey.width(), height: grey.height(), grey: grey.into_raw() })
}

fn failed(error: ImageError) -> Failure {
    match error {
        ImageError::Limits(_) => fault::bomb(error),
        ImageError::Unsupported(_) => fault::unknown("PNG나 JPEG 그림으로 저장하여 다시 추가하십시오.", error),
        _ => fault::damaged(error),
    }
}

/// In grey, what is transparent as white paper.
fn grey(image: DynamicImage) -> GrayImage {
    if !image.color().has_alpha() {
        return image.into_luma8();
    }
    let image = image.into_luma_alpha8();
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let [value, alpha] = image.get_pixel(x, y).0.map(u32::from);
        let shown = (value * alpha + 255 * (255 - alpha)) / 255;
        image::Luma([u8::try_from(shown).unwrap_or(u8::MAX)])
    })
}

fn scaled(image: GrayImage) -> GrayImage {
    let (width, height) = image.dimensions();
    let down = (f64::from(WIDEST) / f64::from(width.max(1))).min(f64::from(HIGHEST) / f64::from(height.max(1)));
    if down < 1.0 {
        let side = |length: u32| ((f64::from(length) * down).round() as u32).max(1);
        return imageops::resize(&image, side(width), side(height), FilterType::Triangle);
    }
    if width.max(height) < SMALL {
        return imageops::resize(&image, width * 2, height * 2, FilterType::CatmullRom);
    }
    image
}
