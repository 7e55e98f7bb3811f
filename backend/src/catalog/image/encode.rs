//! Reads a picture from anywhere and writes it anew, smaller and without anything but its pixels.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use shared::catalog::ImageSlot;

/// The most pixels that are read.
const PIXELS_MAX: u64 = 40_000_000;
/// The most memory that reading takes, for its pixels and beside them.
const MEMORY_MAX: u64 = 192 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

/// A picture as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Encoded {
    pub(super) media_type: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) content: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not a PNG, JPEG or WebP, or a broken one.
    Unreadable,
    /// More pixels or memory than we read.
    TooLarge,
}

/// The longest side of what is stored, in pixels.
const fn side_max(slot: ImageSlot) -> u32 {
    match slot {
        ImageSlot::Icon => 256,
        ImageSlot::Background => 1600,
    }
}

/// Writes a file anew: an icon as PNG, a background as JPEG, or as lossless WebP when one sees through it.
///
/// What the file is called and says of itself does not matter, only its content. A picture that lies on its side by its
/// metadata is stood up, as the metadata are left behind.
pub(super) fn encode(file: &[u8], slot: ImageSlot) -> Result<Encoded, Fault> {
    let picture = read(file)?;
    let picture = fit(picture, side_max(slot));
    let (width, height) = (picture.width(), picture.height());
    let (media_type, content) = write(&picture, slot).map_err(|_| Fault::Unreadable)?;
    Ok(Encoded { media_type, width, height, content })
}

fn read(file: &[u8]) -> Result<DynamicImage, Fault> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| Fault::Unreadable)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(Fault::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Err(Fault::TooLarge);
    }
    // Metadata that cannot be read are left behind with the others.
    let turned = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    if let Some(turned) = turned {
        picture.apply_orientation(turned);
    }
    Ok(picture)
}

fn fault(error: image::ImageError) -> Fault {
    match error {
        image::ImageError::Limits(_) => Fault::TooLarge,
        _ => Fault::Unreadable,
    }
}

/// Not larger than `side` in either direction, in its own proportions.
fn fit(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture;
    }
    // Coarsely first: a photograph of forty megapixels would take the fine way seconds.
    let coarse = side * 2;
    let picture = if picture.width().max(picture.height()) > coarse * 2 {
        picture.thumbnail(coarse, coarse)
    } else {
        picture
    };
    picture.resize(side, side, FilterType::CatmullRom)
}

fn write(picture: &DynamicImage, slot: ImageSlot) -> image::ImageResult<(&'static str, Vec<u8>)> {
    let mut content = Vec::new();
    let clear = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] != u8::MAX);
    let media_type = match (slot, clear) {
        (ImageSlot::Icon, _) => {
            let encoder =
                PngEncoder::new_with_quality(&mut content, CompressionType::Best, PngFilter::Adaptive);
            picture.to_rgba8().write_with_encoder(encoder)?;
            "image/png"
        }
        (ImageSlot::Background, true) => {
            picture.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut content))?;
            "image/webp"
        }
        (ImageSlot::Background, false) => {
            picture
                .to_rgb8()
                .write_with_encoder(JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY))?;
            "image/jpeg"
        }
    };
    Ok((media_type, content))
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgb, Rgba};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = ImageBuffer::from_pixel(width, height, Rgba([200_u8, 40, 40, 255]));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    }

    /// A JPEG whose EXIF says who took it and that it lies on its side.
    fn photograph(width: u32, height: u32) -> Vec<u8> {
        let picture = ImageBuffer::from_pixel(width, height, Rgb([10_u8, 120, 200]));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Jpeg).unwrap();
        let file = file.into_inner();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
        // Artist, 15 bytes of text behind the two entries; orientation: a quarter turn to the right.
        exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        exif.extend(b"\x01\x3b\0\x02\0\0\0\x0f\0\0\0\x26");
        exif.extend(b"\0\0\0\0");
        exif.extend(b"Ada Photograph\0");
        let length = u16::try_from(exif.len() + 2).unwrap();
        let mut marked = file[..2].to_vec();
        marked.extend([0xff, 0xe1]);
        marked.extend(length.to_be_bytes());
        marked.extend(exif);
        marked.extend(&file[2..]);
        marked
    }

    fn holds(content: &[u8], text: &[u8]) -> bool {
        content.windows(text.len()).any(|window| window == text)
    }

    #[test]
    fn pictures_are_made_as_small_as_their_slot_in_their_own_proportions() {
        let icon = encode(&png(1000, 500), ImageSlot::Icon).unwrap();
        assert_eq!((icon.width, icon.height, icon.media_type), (256, 128, "image/png"));
        let wide = encode(&png(3200, 100), ImageSlot::Background).unwrap();
        assert_eq!((wide.width, wide.height, wide.media_type), (1600, 50, "image/jpeg"));
        let small = encode(&png(16, 12), ImageSlot::Background).unwrap();
        assert_eq!((small.width, small.height), (16, 12), "never larger than it was");
    }

    #[test]
    fn what_one_sees_through_stays_so() {
        let picture = ImageBuffer::from_fn(8, 8, |x, _| Rgba([0_u8, 0, 0, if x < 4 { 0 } else { 255 }]));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, ImageFormat::Png).unwrap();
        let background = encode(file.get_ref(), ImageSlot::Background).unwrap();
        assert_eq!(background.media_type, "image/webp");
        let read = image::load_from_memory(&background.content).unwrap().to_rgba8();
        assert_eq!((read.get_pixel(0, 0).0[3], read.get_pixel(7, 0).0[3]), (0, 255));
    }

    #[test]
    fn metadata_are_left_behind_and_what_they_say_of_its_sides_is_done() {
        let file = photograph(64, 32);
        assert!(holds(&file, b"Ada Photograph"));
        let stored = encode(&file, ImageSlot::Background).unwrap();
        assert_eq!((stored.width, stored.height), (32, 64));
        assert!(!holds(&stored.content, b"Ada Photograph") && !holds(&stored.content, b"Exif"));
    }

    #[test]
    fn what_is_not_a_picture_is_refused() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let whole = png(64, 64);
        let cut = &whole[..whole.len() / 2];
        for file in [&b""[..], b"hello", svg, b"GIF89a\x01\0\x01\0\0\0\0;", cut] {
            assert_eq!(
                encode(file, ImageSlot::Icon),
                Err(Fault::Unreadable),
                "{:?}",
                &file[..file.len().min(8)]
            );
        }
    }

    #[test]
    fn a_file_that_unfolds_to_far_more_than_it_is_is_refused_before_it_is_read() {
        let mut bomb = png(1, 1);
        // Width and height stand behind the signature, the length and the name of the first chunk.
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let checksum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(encode(&bomb, ImageSlot::Background), Err(Fault::TooLarge));
    }

    /// The checksum of a PNG's chunk, bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
