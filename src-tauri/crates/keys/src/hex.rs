use crate::{Error, Result};

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn bytes_of(hex: &str) -> Result<Vec<u8>> {
    let damaged = || Error::Damaged("not hexadecimal".to_owned());
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return Err(damaged());
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| damaged())).collect()
}
