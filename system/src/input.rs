//! From a path to text, or to the reason why there is none.
//!
//! A build reads whatever its path leads to, which may be a folder, a pipe that never ends, an image
//! or a file of gigabytes. All of that is found out here, so that nothing behind this module has to
//! think of it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::{Diagnostic, Source, Span};

/// The longest file that is read, in bytes. The largest system that the other bounds allow and a
/// person would write is far below it.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Why a file cannot be looked at, and as much of it as can be shown.
#[derive(Debug)]
pub(crate) struct Refused {
    /// What can be shown of the file.
    pub(crate) source: Source,
    /// What is wrong with it.
    pub(crate) reason: Diagnostic,
}

/// Reads the file at `path` as text. Blocks for the file system, for at most [`MAX_FILE_BYTES`].
pub(crate) fn read(path: &Path) -> Result<Source, Box<Refused>> {
    let name = path.display().to_string();
    let bytes = read_bytes(path).map_err(|error| {
        Box::new(Refused { source: Source::new(&*name, ""), reason: unreadable(&error) })
    })?;
    String::from_utf8(bytes).map(|text| Source::new(&*name, text)).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let reason = not_text(start, error.as_bytes().get(start).copied().unwrap_or_default());
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Box::new(Refused { source: Source::new(&*name, text), reason })
    })
}

/// Why `text` is not even looked at as JSON5, if so.
pub(crate) fn refusal(text: &str) -> Option<Diagnostic> {
    if text.len() > MAX_FILE_BYTES {
        return Some(
            Diagnostic::error(format!("the file is longer than {MAX_FILE_BYTES} bytes"))
                .note("no system that a person declares is that long; is this the right file?"),
        );
    }
    text.starts_with(BYTE_ORDER_MARK).then(|| {
        Diagnostic::error("the file begins with a byte-order mark")
            .at(Span::new(0, BYTE_ORDER_MARK.len_utf8()), "an invisible character is here")
            .note("JSON5 is UTF-8 and has no byte-order mark")
            .help("save the file as UTF-8 without a byte-order mark (BOM)")
    })
}

/// Reads one byte more than is allowed, so that a file of exactly the bound and a longer one differ.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error("the system's file cannot be read").note(error.to_string());
    match error.kind() {
        io::ErrorKind::NotFound => {
            diagnostic.help("a system is a folder with a `system.json5` in it; check the path")
        }
        io::ErrorKind::PermissionDenied => diagnostic.help("give your user the right to read it"),
        _ => diagnostic.help("give the path of a `system.json5`"),
    }
}

fn not_text(offset: usize, byte: u8) -> Diagnostic {
    // The replacement character that stands at this offset in the shown text has three bytes.
    Diagnostic::error("the file is not UTF-8 text")
        .at(
            Span::new(offset, offset + 3),
            format!("the byte 0x{byte:02x} here is not part of any character"),
        )
        .help("save the file as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &Path) -> Diagnostic {
        read(path).expect_err("it cannot be read").reason
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        assert_eq!(reason(folder.path()).notes, ["it is not a file"]);
        let absent = reason(&folder.path().join("absent"));
        assert!(absent.helps[0].contains("check the path"), "{absent:?}");
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            assert_eq!(reason(endless).notes, ["it is not a file"]);
        }
    }

    #[test]
    fn a_huge_file_is_read_only_as_far_as_needed_to_refuse_it() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.as_file().set_len(1 << 40).expect("a file can have a hole");
        let text = read(file.path()).expect("zeroes are text");
        assert_eq!(text.text().len(), MAX_FILE_BYTES + 1);
        assert!(refusal(text.text()).is_some());
    }

    #[test]
    fn the_place_of_a_byte_that_is_no_text_is_found() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        fs_write(file.path(), b"{\n\"\xc3\xa9\xff\"}");
        let refused = read(file.path()).expect_err("this is no text");
        let position = refused.source.position(refused.reason.offset());
        assert_eq!((position.line, position.column), (2, 3));
    }

    fn fs_write(path: &Path, bytes: &[u8]) {
        std::fs::write(path, bytes).expect("a file can be written");
    }
}
