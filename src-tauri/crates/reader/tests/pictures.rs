//! Pictures of text: each frame is recognised, or it is said why not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod made;
#[allow(dead_code, reason = "other tests use the rest")]
mod says;

use std::io::Cursor;

use documents::{Document, Format};
use naratmal_reader::{Pdfium, Source, Tools};
use says::Says;
use wire::Failure;

fn parse(bytes: &[u8], recogniser: &mut Says) -> Result<Document, Failure> {
    let source = Source { bytes, extension: "", password: None };
    naratmal_reader::parse(source, &mut Tools { pdfium: &Pdfium::none(), recogniser })
}

fn unread(document: &Document) -> Vec<u32> {
    document.unread_pages.iter().map(|page| page.number()).collect()
}

/// A picture of a size, half of it black.
fn half_black(width: u32, height: u32) -> image::DynamicImage {
    image::GrayImage::from_fn(width, height, |_, y| image::Luma([if y < height / 2 { 0 } else { 255 }])).into()
}

fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn pictures_are_recognised_frame_by_frame() {
    let picture = half_black(2000, 1000);
    let clear = image::DynamicImage::ImageRgba8(image::RgbaImage::from_fn(2000, 1000, |_, y| {
        image::Rgba([0, 0, 0, if y < 500 { 255 } else { 0 }])
    }));
    // The same JPEG as a telephone held upright writes it: turn it by a quarter to see it.
    let mut turned = encoded(&picture, image::ImageFormat::Jpeg);
    let exif = b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    turned.splice(2..2, exif.iter().copied());
    let sizes = [(2000, 10), (10, 1900), (1800, 20)];
    for (name, bytes, sizes) in [
        ("PNG", encoded(&picture, image::ImageFormat::Png), vec![(2000, 1000)]),
        ("PNG on nothing", encoded(&clear, image::ImageFormat::Png), vec![(2000, 1000)]),
        ("JPEG", encoded(&picture, image::ImageFormat::Jpeg), vec![(2000, 1000)]),
        ("a turned JPEG", turned, vec![(1000, 2000)]),
        ("TIFF", encoded(&picture, image::ImageFormat::Tiff), vec![(2000, 1000)]),
        ("a TIFF of pages", made::tiff(&sizes.map(|(width, height)| (width as u32, height as u32))), sizes.to_vec()),
        ("a picture of a screen", encoded(&half_black(800, 600), image::ImageFormat::Png), vec![(1600, 1200)]),
        ("a large picture", encoded(&half_black(8000, 3000), image::ImageFormat::Png), vec![(4000, 1500)]),
    ] {
        let mut says = Says::new(Some("연가는 17일로 한다"));
        let document = parse(&bytes, &mut says).unwrap();
        assert_eq!((document.format, document.pages), (Format::Image, Some(sizes.len() as u32)), "{name}");
        assert_eq!((0..sizes.len()).map(|at| says.size(at)).collect::<Vec<_>>(), sizes, "{name}");
        let black = says.shown[0].1.iter().rev().take(sizes[0].0 * sizes[0].1).filter(|&&value| value < 128).count();
        assert!((45..=55).contains(&(black * 100 / (sizes[0].0 * sizes[0].1))), "{name}: {black} black pixels");
        assert_eq!(document.text(), "연가는 17일로 한다", "{name}: what repeats stands once");
        assert!(document.warnings[0].contains("문자 인식(OCR)으로 읽었습니다"), "{name}: {:?}", document.warnings);
    }
}

#[test]
fn pictures_that_are_not_read_say_why() {
    let png = encoded(&half_black(2000, 1000), image::ImageFormat::Png);
    let mut bomb = png.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let check = crc(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&check);
    let blank = encoded(&image::GrayImage::from_pixel(100, 100, image::Luma([255])).into(), image::ImageFormat::Png);
    let mut cut_tiff = made::tiff(&[(200, 100), (200, 100)]);
    cut_tiff.truncate(cut_tiff.len() - 5000);
    for (name, bytes, recogniser, expected) in [
        ("no recogniser", png.clone(), None, Err("document_scanned")),
        ("a cut PNG", png[..60].to_vec(), Some("글자"), Err("document_damaged")),
        ("a bomb", bomb, Some("글자"), Err("document_bomb")),
        ("a blank picture", blank, None, Err("document_empty")),
        ("no text on it", png, Some("~"), Err("document_empty")),
        ("a TIFF without its end", cut_tiff, Some("글자"), Ok(vec![2])),
        ("a TIFF that goes in circles", circle(), Some("글자"), Err("document_damaged")),
    ] {
        let found = parse(&bytes, &mut Says::new(recogniser)).map(|document| {
            assert_eq!(document.partial, !document.unread_pages.is_empty(), "{name}");
            unread(&document)
        });
        match (found, expected) {
            (Ok(pages), Ok(expected)) => assert_eq!(pages, expected, "{name}"),
            (Err(failure), Err(code)) => {
                assert_eq!(failure.code, code, "{name}: {failure}");
                assert!(failure.message.ends_with("십시오."), "{name}: {}", failure.message);
            }
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}

/// A TIFF whose directory is followed by itself.
fn circle() -> Vec<u8> {
    let mut bytes = made::tiff(&[(200, 100)]);
    let next = 8 + 2 + 12 * 9;
    bytes[next..next + 4].copy_from_slice(&8u32.to_le_bytes());
    bytes
}

/// A PNG chunk's check sum.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}
