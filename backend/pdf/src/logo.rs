//! How large a logo may be: small files can ask for hours of work and all memory there is.

use anyhow::{Context, bail, ensure};

use crate::data::{Logo, LogoType};

/// Longest side of a picture in pixels, and the most it has of them.
const SIDE_MAX: u32 = 4000;
const PIXELS_MAX: u32 = 4_000_000;
const SVG_BYTES_MAX: usize = 256 * 1024;
const ELEMENTS_MAX: usize = 5000;
/// Copies may hold copies, so their number grows with every level.
const COPIES_MAX: usize = 8;

/// Refuses a file that is not what it says, and one that asks for too much.
pub(crate) fn check_bounds(logo: &Logo) -> anyhow::Result<()> {
    match logo.media_type {
        LogoType::Png => check_png(&logo.bytes),
        LogoType::Svg => check_svg(&logo.bytes),
    }
}

/// Signature, then the length and name of the first chunk, then width and height.
fn check_png(bytes: &[u8]) -> anyhow::Result<()> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR").context(OTHER_FILE)?;
    let side = |from: usize| {
        let bytes = header.get(from..from + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).context(OTHER_FILE)
    };
    let (width, height) = (side(0)?, side(4)?);
    ensure!(width > 0 && height > 0, OTHER_FILE);
    ensure!(
        width.max(height) <= SIDE_MAX && width.saturating_mul(height) <= PIXELS_MAX,
        "{width} × {height} pixels are too many: at most {SIDE_MAX} a side and {PIXELS_MAX} in all"
    );
    Ok(())
}

fn check_svg(bytes: &[u8]) -> anyhow::Result<()> {
    ensure!(bytes.len() <= SVG_BYTES_MAX, "a drawing may have {} KiB", SVG_BYTES_MAX / 1024);
    let text = std::str::from_utf8(bytes).context(OTHER_FILE)?;
    ensure!(text.contains("<svg"), OTHER_FILE);
    let (mut elements, mut copies) = (0, 0);
    // Closing tags have no name here.
    for name in text.split('<').skip(1).map(element).filter(|name| !name.is_empty()) {
        elements += 1;
        match name {
            "use" => copies += 1,
            "image" | "feImage" | "filter" => bail!("pictures and filters do not belong into a drawing"),
            "!ENTITY" => bail!("entities do not belong into a drawing"),
            _ => {}
        }
    }
    ensure!(elements <= ELEMENTS_MAX, "a drawing may have {ELEMENTS_MAX} elements");
    ensure!(copies <= COPIES_MAX, "a drawing may have {COPIES_MAX} copies (`use`)");
    Ok(())
}

/// The name behind a `<`, without its namespace.
fn element(rest: &str) -> &str {
    let name = rest.split([' ', '\t', '\r', '\n', '>', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

const OTHER_FILE: &str = "the file is not what it says it is";
