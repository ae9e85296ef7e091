//! HWP 3, the format of the nineties: text only.

use documents::{Document, Format};
use hwarang::error::HwpError;
use wire::Failure;

use crate::{fault, hwp};

pub fn hwp3(bytes: &[u8]) -> Result<Document, Failure> {
    let text = hwarang::hwp30::extract_text(bytes).map_err(|error| match error {
        HwpError::PasswordProtected => fault::password(error),
        error => fault::damaged(error),
    })?;
    Ok(hwp::lines(Format::Hwp3, &text))
}
