//! Characters that stand for others: those of the symbol fonts, which Office keeps in the private area of Unicode.

/// What a reader of the page sees. A symbol that no other character looks like is a plain bullet.
pub fn seen(character: char) -> char {
    let code = u32::from(character);
    if !(0xF020..=0xF0FF).contains(&code) {
        return character;
    }
    match code - 0xF000 {
        0x6C => '●',
        0x6D => '❍',
        0x6E | 0x67 => '■',
        0x6F | 0x70 | 0x71 | 0x72 | 0xA8 => '□',
        0x75 | 0x74 => '◆',
        0x76 => '❖',
        0x77 => '⬥',
        0xA1 | 0xA2 | 0xA3 => '○',
        0xA7 => '▪',
        0xD8 => '➢',
        0xE0 | 0xE8 => '→',
        0xDF | 0xE7 => '←',
        0xF0 => '⇨',
        0xFC => '✓',
        0xFB => '✗',
        0xFE => '☑',
        0x46 | 0x47 => '☞',
        0x2D => '-',
        _ => '•',
    }
}

/// A bullet as Word draws it: its second level is an "o" in a typewriter's font.
pub fn bullet(text: &str) -> String {
    if text == "o" { "○".to_owned() } else { text.chars().map(seen).collect() }
}
