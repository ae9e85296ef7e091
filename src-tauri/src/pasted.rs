//! What is pasted into the window: files by their paths where the system tells them, or bytes under a name.

use std::path::{Path, PathBuf};

use wire::Failure;

/// The endings of what may be saved from the page. Nothing that a system would start is among them.
pub const EXTENSIONS: [&str; 22] = [
    "txt", "md", "csv", "tsv", "hwp", "hwpx", "hml", "pdf", "docx", "xlsx", "xls", "pptx", "odt", "html", "htm", "eml",
    "zip", "png", "jpg", "jpeg", "tif", "tiff",
];
/// The most bytes that are taken from the page at once.
const MOST: usize = 200 << 20;

/// Bytes under the name that they are to have, as the page sends them: the name's length in bytes (u32, little-endian),
/// the name (UTF-8), and the bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Pasted<'a> {
    /// With its ending.
    pub name: &'a str,
    pub bytes: &'a [u8],
}

impl<'a> Pasted<'a> {
    /// Takes apart what the page sent.
    ///
    /// # Errors
    /// `pasted_unreadable`, `pasted_too_large`, `pasted_format` for an ending that is none of a document.
    pub fn parse(sent: &'a [u8]) -> Result<Self, Failure> {
        let unreadable = || Failure::new("pasted_unreadable", "붙여 넣은 것을 읽지 못했습니다. 파일로 저장하여 추가하십시오.", "");
        let (length, rest) = sent.split_first_chunk::<4>().ok_or_else(unreadable)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| unreadable())?;
        let (name, bytes) = rest.split_at_checked(length).ok_or_else(unreadable)?;
        let name = std::str::from_utf8(name).map_err(|_| unreadable())?;
        if bytes.len() > MOST {
            let message = format!("{}MB보다 큰 것은 붙여 넣을 수 없습니다. 파일을 창에 끌어다 놓으십시오.", MOST >> 20);
            return Err(Failure::new("pasted_too_large", message, bytes.len()));
        }
        extension(Path::new(name))
            .map(|_| Self { name, bytes })
            .ok_or_else(|| Failure::new("pasted_format", "자료로 추가할 수 없는 형식의 파일입니다.", name))
    }

    /// The file that it goes to where the person chose `path`: with the ending of its name where `path` has none of a
    /// document.
    ///
    /// # Errors
    /// `pasted_exists` where the person was not asked about a file of that name that is there.
    pub fn place(&self, path: PathBuf) -> Result<PathBuf, Failure> {
        if extension(&path).is_some() {
            return Ok(path);
        }
        let mut name = path.into_os_string();
        name.push(".");
        name.push(extension(Path::new(self.name)).unwrap_or("txt"));
        let path = PathBuf::from(name);
        match path.exists() {
            true => Err(Failure::new("pasted_exists", "같은 이름의 파일이 있습니다. 다른 이름으로 저장하십시오.", path.display())),
            false => Ok(path),
        }
    }
}

/// The ending of a document's file name, in small letters.
fn extension(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    EXTENSIONS.into_iter().find(|known| *known == ending)
}

/// The files in the clipboard, as the system names them; to be called on the window's thread. Of what is no file of this
/// machine nothing is told.
#[cfg(target_os = "linux")]
pub fn files(tell: impl FnOnce(Vec<PathBuf>) + 'static) {
    let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
    clipboard.request_uris(move |_, uris| {
        tell(uris.iter().filter_map(|uri| Some(gtk::glib::filename_from_uri(uri).ok()?.0)).collect());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(name: &str, bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(name.len()).unwrap();
        [&length.to_le_bytes(), name.as_bytes(), bytes].concat()
    }

    #[test]
    fn what_is_pasted_is_a_name_and_bytes() {
        let good = sent("붙여 넣은 글.txt", "연가".as_bytes());
        assert_eq!(Pasted::parse(&good).unwrap(), Pasted { name: "붙여 넣은 글.txt", bytes: "연가".as_bytes() });
        let long = [9, 0, 0, 0, b'a'];
        let huge = [255, 255, 255, 255];
        let letters = [2, 0, 0, 0, 0xff, 0xfe, b'x'];
        let table: [(&[u8], &str); 7] = [
            (&[], "pasted_unreadable"),
            (&[1, 0], "pasted_unreadable"),
            (&long, "pasted_unreadable"),
            (&huge, "pasted_unreadable"),
            (&letters, "pasted_unreadable"),
            (&sent("실행.desktop", b"x"), "pasted_format"),
            (&sent("이름 없음", b"x"), "pasted_format"),
        ];
        for (bytes, code) in table {
            assert_eq!(Pasted::parse(bytes).unwrap_err().code, code, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_keeps_the_ending_of_a_document_and_replaces_nothing_unasked() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("있음.txt"), "x").unwrap();
        let pasted = Pasted { name: "그림.PNG", bytes: &[] };
        let text = Pasted { name: "글.txt", bytes: &[] };
        let table = [
            (&text, "회의.txt", Ok("회의.txt")),
            (&text, "회의", Ok("회의.txt")),
            (&text, "회의 2026. 3. 1", Ok("회의 2026. 3. 1.txt")),
            (&text, "시작.desktop", Ok("시작.desktop.txt")),
            (&pasted, "화면", Ok("화면.png")),
            // The dialog asked.
            (&text, "있음.txt", Ok("있음.txt")),
            (&text, "있음", Err("pasted_exists")),
        ];
        for (pasted, chosen, wanted) in table {
            let placed = pasted.place(folder.path().join(chosen)).map_err(|failure| failure.code);
            let wanted = wanted.map(|name| folder.path().join(name)).map_err(str::to_owned);
            assert_eq!(placed, wanted, "{chosen}");
        }
    }
}
