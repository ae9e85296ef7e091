//! What the tests of this crate are made with.

use std::path::Path;

/// A GGUF of a model by this name: four keys, and a tensor of 4 × 4 numbers in F32.
pub fn gguf(name: &str) -> Vec<u8> {
    let mut made = b"GGUF\x03\0\0\0".to_vec();
    [1_u64, 4].iter().for_each(|count| made.extend(count.to_le_bytes()));
    let text = |made: &mut Vec<u8>, text: &str| {
        made.extend((text.len() as u64).to_le_bytes());
        made.extend(text.as_bytes());
    };
    for (key, value) in [("general.architecture", "llama"), ("general.name", name), ("general.license", "mit")] {
        text(&mut made, key);
        made.extend(8_u32.to_le_bytes());
        text(&mut made, value);
    }
    text(&mut made, "general.file_type");
    [4_u32, 15].iter().for_each(|number| made.extend(number.to_le_bytes()));
    text(&mut made, "token_embd.weight");
    made.extend(2_u32.to_le_bytes());
    [4_u64, 4].iter().for_each(|length| made.extend(length.to_le_bytes()));
    made.extend(0_u32.to_le_bytes());
    made.extend(0_u64.to_le_bytes());
    made.resize(made.len().next_multiple_of(32) + 64, 0);
    made
}

/// What lies in a folder, by name.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
