//! The descriptions of the tensors, and whether what they describe lies in the file.

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::source::Source;
use crate::error::{Defect, Result};

/// The longest name, in bytes: `GGML_MAX_NAME` of ggml is 64 with the zero at its end.
const MAX_NAME: u64 = 63;
/// `GGML_MAX_DIMS` of ggml.
const MAX_DIMENSIONS: u32 = 4;

/// The elements of a block and its bytes, by `type_traits` of ggml's `ggml.c`; `None` for types that were never given
/// a number or that were removed.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),       // F32, I32
        1 | 25 | 30 => (1, 2),  // F16, I16, BF16
        2 | 20 => (32, 18),     // Q4_0, IQ4_NL
        3 => (32, 20),          // Q4_1
        6 => (32, 22),          // Q5_0
        7 => (32, 24),          // Q5_1
        8 => (32, 34),          // Q8_0
        9 => (32, 36),          // Q8_1
        10 => (256, 84),        // Q2_K
        11 | 21 => (256, 110),  // Q3_K, IQ3_S
        12 => (256, 144),       // Q4_K
        13 => (256, 176),       // Q5_K
        14 => (256, 210),       // Q6_K
        15 => (256, 292),       // Q8_K
        16 | 35 => (256, 66),   // IQ2_XXS, TQ2_0
        17 => (256, 74),        // IQ2_XS
        18 => (256, 98),        // IQ3_XXS
        19 => (256, 50),        // IQ1_S
        22 => (256, 82),        // IQ2_S
        23 => (256, 136),       // IQ4_XS
        24 => (1, 1),           // I8
        27 | 28 => (1, 8),      // I64, F64
        29 => (256, 56),        // IQ1_M
        34 => (256, 54),        // TQ1_0
        39 => (32, 17),         // MXFP4
        40 => (64, 36),         // NVFP4
        41 => (128, 18),        // Q1_0
        42 => (64, 18),         // Q2_0
        _ => return None,
    })
}

/// Reads `count` descriptions, and gives the numbers of all tensors together; `alignment` is a power of two, in bytes.
pub fn check(source: &mut Source<impl Read + Seek>, count: u64, alignment: u64) -> Result<u64> {
    let mut names = HashSet::new();
    let mut all = 0_u64;
    let mut places = Vec::new();
    for _ in 0..count {
        if !names.insert(source.text(MAX_NAME, Defect::TensorName)?) {
            return Err(Defect::TensorTwice.into());
        }
        let (elements, size) = size(source)?;
        all = all.saturating_add(elements);
        let offset = source.u64()?;
        if offset % alignment != 0 {
            return Err(Defect::TensorOffset.into());
        }
        places.push((offset, offset.checked_add(size).ok_or(Defect::TensorOutside)?));
    }
    // A file without tensors need not be padded up to where they would begin.
    let room = source.at().checked_next_multiple_of(alignment).and_then(|start| source.bytes().checked_sub(start));
    places.sort_unstable();
    if places.last().is_some_and(|_| room.is_none()) {
        return Err(Defect::Truncated.into());
    }
    if places.iter().any(|&(_, end)| Some(end) > room) {
        return Err(Defect::TensorOutside.into());
    }
    if places.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return Err(Defect::TensorOverlap.into());
    }
    Ok(all)
}

/// The numbers of a tensor and the bytes of its data, from its dimensions and its type.
fn size(source: &mut Source<impl Read + Seek>) -> Result<(u64, u64)> {
    let dimensions = source.u32()?;
    if dimensions > MAX_DIMENSIONS {
        return Err(Defect::TensorShape.into());
    }
    let (mut row, mut elements, mut empty) = (1, 1_u64, false);
    for place in 0..dimensions {
        let length = source.u64()?;
        if place == 0 {
            row = length;
        }
        empty |= length == 0;
        // A zero must not hide what overflows beside it; ggml counts in i64.
        let all = elements.checked_mul(length.max(1)).filter(|&all| i64::try_from(all).is_ok());
        elements = all.ok_or(Defect::TensorShape)?;
    }
    let (length, bytes) = block(source.u32()?).ok_or(Defect::TensorType)?;
    if row % length != 0 {
        return Err(Defect::TensorShape.into());
    }
    let elements = if empty { 0 } else { elements };
    let size = (elements / length).checked_mul(bytes).ok_or(Defect::TensorShape)?;
    Ok((elements, size))
}
