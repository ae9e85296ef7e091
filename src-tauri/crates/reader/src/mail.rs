//! Mail messages with what they have attached, and web pages that a browser saved in the form of a message.

use std::borrow::Cow;

use documents::{Document, Format};
use encoding_rs::Encoding;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Address, DateTime, Encoding as Transfer, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use wire::Failure;

use crate::archive::extension;
use crate::embedded::{Nest, embed};
use crate::outline::Outline;
use crate::{Source, Tools, fault, flow, html, text};

pub fn message(source: Source<'_>, tools: &mut Tools<'_>, nest: &mut Nest) -> Result<Document, Failure> {
    let bytes = readable(source.bytes);
    let message = MessageParser::default().parse(bytes.as_ref()).ok_or_else(|| fault::damaged("no message"))?;
    if saved_page(&message) {
        return page(&message, &bytes);
    }
    let mut outline = Outline::new(Format::Eml);
    head(&mut outline, &message);
    body(&mut outline, &message, &bytes);
    for (index, part) in message.attachments().enumerate() {
        // A picture in the text is no document beside it.
        if matches!(part.body, PartType::InlineBinary(_)) && part.content_id().is_some() && picture(part) {
            continue;
        }
        let name = name(part, index);
        let content = content(part, &bytes);
        outline.section(index + 1);
        let inner = Source { bytes: &content, extension: extension(&name), password: source.password };
        if let Err(failure) = embed(&mut outline, 2, &format!("첨부: {name}"), &name, inner, tools, nest) {
            outline.warn(format!("첨부 '{name}'을(를) 읽지 못했습니다: {}", failure.message));
        }
    }
    Ok(outline.finish())
}

/// The message with what old Korean mailers wrote put right: head lines in CP949 without saying so, and names of that
/// encoding that only Windows knows.
fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    let end = find(bytes, b"\r\n\r\n").or_else(|| find(bytes, b"\n\n")).unwrap_or(bytes.len());
    let (head, body) = bytes.split_at(end);
    let mut whole = Cow::Borrowed(bytes);
    if std::str::from_utf8(head).is_err() {
        let (head, _) = text::decode(head);
        whole = Cow::Owned([head.as_bytes(), body].concat());
    }
    for alias in ["=?cp949?", "=?ms949?", "=?uhc?", "=?x-windows-949?", "=?windows-949?"] {
        whole = match replaced(&whole, alias.as_bytes(), b"=?euc-kr?") {
            Some(changed) => Cow::Owned(changed),
            None => whole,
        };
    }
    whole
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

/// The bytes with each `from`, in any case, made `to`; `None` where there is none.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = bytes;
    let begins = |window: &[u8]| window[0] == b'=' && window.eq_ignore_ascii_case(from);
    while let Some(at) = rest.windows(from.len()).position(begins) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    if rest.len() == bytes.len() {
        return None;
    }
    out.extend_from_slice(rest);
    Some(out)
}

fn head(outline: &mut Outline, message: &Message<'_>) {
    let subject = message.subject().unwrap_or_default().trim();
    outline.heading(1, if subject.is_empty() { "(제목 없음)" } else { subject });
    let people = |address: Option<&Address<'_>>| address.map(people).unwrap_or_default();
    let date = message.date().map(date).unwrap_or_default();
    for (name, value) in [
        ("보낸 사람", people(message.from())),
        ("받는 사람", people(message.to())),
        ("참조", people(message.cc())),
        ("날짜", date),
        ("제목", subject.to_owned()),
    ] {
        if !value.is_empty() {
            outline.paragraph(&format!("{name}: {value}"));
        }
    }
}

fn people(address: &Address<'_>) -> String {
    let one = |name: Option<&str>, address: Option<&str>| match (name, address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    };
    address.iter().map(|person| one(person.name(), person.address())).collect::<Vec<_>>().join(", ")
}

fn date(date: &DateTime) -> String {
    format!("{:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute)
}

/// The text as it was typed, or the page where there is no text.
fn body(outline: &mut Outline, message: &Message<'_>, bytes: &[u8]) {
    let mut said = false;
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(_) => {
                let content = content(part, bytes);
                let (text, broken) = decoded(part, &content);
                if broken {
                    outline.warn_once("알아볼 수 없는 글자가 있습니다. 원본을 확인하십시오.");
                }
                said |= !text.trim().is_empty();
                text.lines().for_each(|line| outline.paragraph(line));
            }
            PartType::Html(_) => said |= web(outline, part, bytes),
            _ => {}
        }
    }
    if !said {
        for part in message.html_bodies().filter(|part| matches!(part.body, PartType::Html(_))) {
            web(outline, part, bytes);
        }
    }
}

/// Adds a body that is a page, and says whether it had text.
fn web(outline: &mut Outline, part: &MessagePart<'_>, bytes: &[u8]) -> bool {
    let content = content(part, bytes);
    let (text, _) = decoded(part, &content);
    let html::Parts { parts, too_deep, .. } = html::parts(&text);
    if too_deep {
        outline.warn_once("메일 본문의 단계가 너무 깊어 일부를 읽지 못했습니다. 원본을 확인하십시오.");
    }
    let said = !parts.is_empty();
    flow::emit(outline, parts);
    said
}

/// A part's content as it was before it was made fit for mail.
fn content<'a>(part: &'a MessagePart<'_>, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let whole = || bytes.get(part.offset_body as usize..part.offset_end as usize);
    match (&part.body, part.encoding) {
        (PartType::Text(_) | PartType::Html(_), transfer) => {
            let raw = whole().unwrap_or_else(|| part.contents());
            let plain = match transfer {
                Transfer::None => return Cow::Borrowed(raw),
                Transfer::Base64 => base64_decode(raw),
                Transfer::QuotedPrintable => quoted_printable_decode(raw),
            };
            plain.map_or_else(|| Cow::Borrowed(part.contents()), Cow::Owned)
        }
        (PartType::Message(_), Transfer::None) => Cow::Borrowed(whole().unwrap_or_else(|| part.contents())),
        _ => Cow::Borrowed(part.contents()),
    }
}

/// A text in the encoding that its part names; where it names none or a wrong one, in the one that it looks like.
fn decoded(part: &MessagePart<'_>, content: &[u8]) -> (String, bool) {
    let page = matches!(part.body, PartType::Html(_));
    let named = part.content_type().and_then(|kind| kind.attribute("charset")).map(str::to_ascii_lowercase);
    let encoding = match named.as_deref() {
        Some("cp949" | "ms949" | "uhc" | "x-windows-949") => Some(encoding_rs::EUC_KR),
        Some(name) => Encoding::for_label(name.as_bytes()),
        None => None,
    };
    // Old mailers call everything Latin, which any bytes can be.
    let told = encoding.filter(|encoding| ![encoding_rs::REPLACEMENT, encoding_rs::WINDOWS_1252].contains(encoding));
    match told.map(|encoding| encoding.decode_with_bom_removal(content)) {
        Some((text, false)) if std::str::from_utf8(content).is_err() || told == Some(encoding_rs::UTF_8) => {
            (text.into_owned(), false)
        }
        _ if page => html::decode(content),
        _ => text::decode(content),
    }
}

fn picture(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"))
}

/// The name that an attachment shows.
fn name(part: &MessagePart<'_>, index: usize) -> String {
    let named = part.attachment_name().map(str::trim).filter(|name| !name.is_empty());
    if let Some(name) = named {
        // A path is no part of a name.
        return name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    }
    match &part.body {
        PartType::Message(inner) => format!("{}.eml", inner.subject().unwrap_or("전달된 메일").trim()),
        PartType::Html(_) => format!("본문 {}.html", index + 1),
        PartType::Text(_) => format!("본문 {}.txt", index + 1),
        _ => format!("이름 없는 첨부 {}", index + 1),
    }
}

/// Whether this is a web page that a browser saved.
fn saved_page(message: &Message<'_>) -> bool {
    let related = message.parts.first().is_some_and(|part| part.is_content_type("multipart", "related"));
    let by_browser = message.header_raw("Snapshot-Content-Location").is_some()
        || message.header_raw("From").is_some_and(|from| from.to_ascii_lowercase().contains("saved by"));
    by_browser || (related && message.to().is_none())
}

fn page(message: &Message<'_>, bytes: &[u8]) -> Result<Document, Failure> {
    let is_page = |part: &&MessagePart<'_>| matches!(part.body, PartType::Html(_));
    let part = message.parts.iter().find(is_page).ok_or_else(|| fault::damaged("a saved page without a page"))?;
    let content = content(part, bytes);
    let (text, _) = decoded(part, &content);
    html::html(text.as_bytes())
}
