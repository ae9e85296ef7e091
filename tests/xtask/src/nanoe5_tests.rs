use super::*;

const WIDTH: usize = 32;
const INNER: usize = 64;
const POSITIONS: usize = 4;
const VOCABULARY: usize = 6;
const TEXTS: [&str; 5] = ["<s>", "<pad>", "</s>", "<unk>", "▁가"];

/// The tensors of the smallest network, each with its bytes, in the order of the GGUF. Bytes are told apart by tensor.
fn network() -> Vec<(String, u8, Vec<u8>)> {
    let blocks = |numbers: usize| (1_u8, numbers / 32 * 18);
    let plain = |numbers: usize| (0_u8, numbers * 4);
    let mut tensors = vec![
        ("emb.word".to_owned(), blocks(WIDTH * VOCABULARY)),
        ("emb.pos".to_owned(), plain(WIDTH * POSITIONS)),
        ("emb.type".to_owned(), plain(WIDTH * 2)),
        ("emb.ln.w".to_owned(), plain(WIDTH)),
        ("emb.ln.b".to_owned(), plain(WIDTH)),
    ];
    for (name, input, output) in [
        ("q", WIDTH, WIDTH),
        ("k", WIDTH, WIDTH),
        ("v", WIDTH, WIDTH),
        ("ao", WIDTH, WIDTH),
        ("fi", WIDTH, INNER),
        ("fo", INNER, WIDTH),
    ] {
        tensors.push((format!("l0.{name}.w"), blocks(input * output)));
        tensors.push((format!("l0.{name}.b"), plain(output)));
    }
    for name in ["aln.w", "aln.b", "oln.w", "oln.b"] {
        tensors.push((format!("l0.{name}"), plain(WIDTH)));
    }
    (1..)
        .zip(tensors)
        .map(|(index, (name, (kind, bytes)))| (name, kind, vec![index; bytes]))
        .collect()
}

/// An E5S1 file of the smallest network.
pub fn tiny() -> Vec<u8> {
    let mut file = b"E5S1\x01\0\0\0".to_vec();
    let number = |number: usize| (number as u32).to_le_bytes();
    for size in [WIDTH, 1, 2, INNER, VOCABULARY, POSITIONS, 2] {
        file.extend(number(size));
    }
    file.extend(1e-12_f32.to_le_bytes());
    for size in [32, TEXTS.len(), 0, 2, 1, 3] {
        file.extend(number(size));
    }
    let texts = TEXTS.concat();
    file.extend((texts.len() as u64).to_le_bytes());
    let ends = (0..=TEXTS.len()).map(|count| TEXTS[..count].concat().len());
    ends.for_each(|end| file.extend(number(end)));
    (0..TEXTS.len()).for_each(|text| file.extend((-(text as f32)).to_le_bytes()));
    file.extend(texts.as_bytes());
    // A table of how to normalize, of one entry and four bytes.
    [1, 4, 0].iter().for_each(|size| file.extend(number(*size)));

    let network = network();
    file.extend(number(network.len()));
    let directory: usize = network.iter().map(|(name, ..)| 2 + name.len() + 21).sum();
    let mut offset = file.len() + directory;
    for (name, kind, data) in &network {
        file.extend((name.len() as u16).to_le_bytes());
        file.extend(name.as_bytes());
        file.push(*kind);
        file.extend([0; 4]);
        file.extend((offset as u64).to_le_bytes());
        file.extend((data.len() as u64).to_le_bytes());
        offset += data.len();
    }
    network.iter().for_each(|(_, _, data)| file.extend(data));
    file
}

#[test]
fn the_weights_are_copied_bit_for_bit_in_the_order_of_the_format() {
    let mut gguf = Vec::new();
    let written = to_gguf(&tiny(), &mut gguf).expect("converted");
    assert_eq!(written, gguf.len() as u64);
    let mut wanted = Vec::new();
    for (name, _, data) in network() {
        // Of the types of sentences only the first is taken.
        let taken = if name == "emb.type" { &data[..WIDTH * 4] } else { &data[..] };
        wanted.extend(taken);
        wanted.resize(wanted.len().next_multiple_of(32), 0);
    }
    assert!(gguf.ends_with(&wanted), "the data differs");
    assert_eq!(gguf[8..16], 21_u64.to_le_bytes());
}

#[test]
fn a_row_without_a_word_becomes_an_unused_token() {
    let mut gguf = Vec::new();
    to_gguf(&tiny(), &mut gguf).expect("converted");
    let find = |needle: &[u8]| gguf.windows(needle.len()).position(|window| window == needle);
    assert!(find("▁가\u{6}\0\0\0\0\0\0\0[PAD5]".as_bytes()).is_some());
    // <s>, <pad> and </s> control, <unk> unknown, a word normal, the last row unused.
    let kinds: Vec<u8> = [3_i32, 3, 3, 2, 1, 5].iter().flat_map(|kind| kind.to_le_bytes()).collect();
    assert!(find(&kinds).is_some());
}

#[test]
fn a_damaged_file_is_an_error() {
    let whole = tiny();
    for length in 0..whole.len() {
        let message = to_gguf(&whole[..length], &mut Vec::new()).expect_err("cut").to_string();
        assert!(message.contains("임베딩"), "{message}");
    }
    // Each number of the head, made as large as it can be: an error or another model, and no panic.
    for at in (8..64).step_by(4) {
        let mut forged = whole.clone();
        forged[at..at + 4].copy_from_slice(&i32::MAX.to_le_bytes());
        _ = to_gguf(&forged, &mut Vec::new());
    }
}
