//! Files that people send: what we take, known by their own first bytes and never by what somebody calls them.

use std::{fmt, str::FromStr};

/// More than WhatsApp carries of anything but documents (Twilio's own limit).
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// So many of one message are taken.
pub const MOST_FILES: usize = 10;

/// What a file is. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    Jpeg,
    Png,
    Webp,
    Gif,
    Ogg,
    Mp3,
    Aac,
    Amr,
    AudioMp4,
    VideoMp4,
    ThreeGpp,
    Pdf,
    VCard,
}

/// How it is called: the database's word and its file ending, its media type, and what a person reads.
const NAMES: [(MediaKind, &str, &str, &str); 13] = [
    (MediaKind::Jpeg, "jpg", "image/jpeg", "Foto"),
    (MediaKind::Png, "png", "image/png", "Imagen"),
    (MediaKind::Webp, "webp", "image/webp", "Imagen"),
    (MediaKind::Gif, "gif", "image/gif", "Imagen"),
    (MediaKind::Ogg, "ogg", "audio/ogg", "Audio"),
    (MediaKind::Mp3, "mp3", "audio/mpeg", "Audio"),
    (MediaKind::Aac, "aac", "audio/aac", "Audio"),
    (MediaKind::Amr, "amr", "audio/amr", "Audio"),
    (MediaKind::AudioMp4, "m4a", "audio/mp4", "Audio"),
    (MediaKind::VideoMp4, "mp4", "video/mp4", "Video"),
    (MediaKind::ThreeGpp, "3gp", "video/3gpp", "Video"),
    (MediaKind::Pdf, "pdf", "application/pdf", "Documento PDF"),
    (MediaKind::VCard, "vcf", "text/vcard", "Contacto"),
];

impl MediaKind {
    fn names(self) -> (&'static str, &'static str, &'static str) {
        let found = NAMES.iter().find(|(kind, ..)| *kind == self);
        found.map_or(("", "", ""), |(_, word, mime, label)| (word, mime, label))
    }

    /// Also the file's ending.
    pub fn as_str(self) -> &'static str {
        self.names().0
    }

    pub fn mime(self) -> &'static str {
        self.names().1
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        self.names().2
    }

    /// It may be shown in a page.
    pub fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Gif)
    }

    /// By the bytes it begins with.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        let at = |from: usize, word: &[u8]| bytes.get(from..from + word.len()) == Some(word);
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Some(match bytes {
            _ if at(0, b"\xff\xd8\xff") => Self::Jpeg,
            _ if at(0, b"\x89PNG\r\n\x1a\n") => Self::Png,
            _ if at(0, b"RIFF") && at(8, b"WEBP") => Self::Webp,
            _ if at(0, b"GIF87a") || at(0, b"GIF89a") => Self::Gif,
            _ if at(0, b"OggS") => Self::Ogg,
            _ if at(0, b"#!AMR") => Self::Amr,
            _ if at(4, b"ftyp3g") => Self::ThreeGpp,
            _ if at(4, b"ftypM4A") => Self::AudioMp4,
            _ if at(4, b"ftyp") => Self::VideoMp4,
            _ if at(0, b"%PDF-") => Self::Pdf,
            _ if at(0, b"ID3") => Self::Mp3,
            // MPEG's sync word; layer 0 is AAC's (ADTS), the others are MP3's.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => Self::Aac,
            [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Self::Mp3,
            _ if text.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case(b"BEGIN:VCARD")) => {
                Self::VCard
            }
            _ => return None,
        })
    }

    /// What it is, if that is something we take and what it was said to be.
    pub fn agreed(bytes: &[u8], declared: &str) -> Option<Self> {
        let own = Self::sniff(bytes)?;
        let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let said = match declared.as_str() {
            "image/jpg" => "image/jpeg",
            "audio/mp3" => "audio/mpeg",
            "audio/x-m4a" | "audio/m4a" => "audio/mp4",
            "audio/opus" | "application/ogg" => "audio/ogg",
            "audio/amr-nb" | "audio/3gpp" => "audio/amr",
            "text/x-vcard" | "text/directory" => "text/vcard",
            other => other,
        };
        if said == own.mime() {
            return Some(own);
        }
        // One container holds them all.
        let boxed = [Self::AudioMp4, Self::VideoMp4, Self::ThreeGpp];
        match said {
            "audio/mp4" | "audio/aac" if boxed.contains(&own) => Some(Self::AudioMp4),
            "audio/amr" if own == Self::ThreeGpp => Some(Self::ThreeGpp),
            "video/mp4" | "video/3gpp" if boxed.contains(&own) => Some(own),
            _ => None,
        }
    }

    /// A picture's width and height in dots, as its head says them.
    pub fn dimensions(self, bytes: &[u8]) -> Option<(u32, u32)> {
        let big = |from: usize| Some(u32::from_be_bytes(bytes.get(from..from + 4)?.try_into().ok()?));
        let little =
            |from: usize| Some(u32::from(u16::from_le_bytes(bytes.get(from..from + 2)?.try_into().ok()?)));
        let found = match self {
            Self::Png => (big(16)?, big(20)?),
            Self::Gif => (little(6)?, little(8)?),
            Self::Jpeg => jpeg_dimensions(bytes)?,
            Self::Webp => webp_dimensions(bytes)?,
            _ => return None,
        };
        Some(found).filter(|(width, height)| (1..=65_535).contains(width) && (1..=65_535).contains(height))
    }
}

/// Of its frame header, behind however many other segments (ITU-T T.81, B.2.2).
fn jpeg_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let two = |from: usize| Some(u16::from_be_bytes(bytes.get(from..from + 2)?.try_into().ok()?));
    let mut at = 2;
    loop {
        let (mark, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        if kind == 0xff {
            at += 1;
        } else if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            return Some((two(at + 7)?.into(), two(at + 5)?.into()));
        } else {
            at += 2 + usize::from(two(at + 2)?);
        }
    }
}

/// Of any of its three forms (RFC 9649).
fn webp_dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).map(|byte| u32::from(*byte));
    match bytes.get(12..16)? {
        b"VP8 " => Some(((byte(26)? | byte(27)? << 8) & 0x3fff, (byte(28)? | byte(29)? << 8) & 0x3fff)),
        b"VP8L" => {
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let three = |at: usize| Some(byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16);
            Some((three(24)? + 1, three(27)? + 1))
        }
        _ => None,
    }
}

impl FromStr for MediaKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, own, ..)| *own == word);
        found.map(|(kind, ..)| *kind).ok_or_else(|| format!("{word:?} is no kind of file"))
    }
}

/// Why a file is not shown. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshown {
    /// Its address is not Twilio's own for our account, or leads away from it.
    Foreign,
    TooLarge,
    /// Not what we take, or not what it was said to be.
    Type,
    /// Twilio did not give it within a day.
    Gone,
}

impl Unshown {
    pub const ALL: [Self; 4] = [Self::Foreign, Self::TooLarge, Self::Type, Self::Gone];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::TooLarge => "too_large",
            Self::Type => "type",
            Self::Gone => "gone",
        }
    }

    /// What a person reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Foreign => "Archivo que no vino de WhatsApp: no se abrió.",
            Self::TooLarge => "Archivo de más de 16 MB: OKLA no lo guarda.",
            Self::Type => "Archivo de un tipo no admitido.",
            Self::Gone => "WhatsApp no entregó este archivo en un día. Pida que lo manden de nuevo.",
        }
    }
}

impl fmt::Display for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Unshown {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|why| why.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no reason not to show a file"))
    }
}

/// `850 bytes`, `12 KB`, `3.4 MB`.
pub fn spoken_size(bytes: i32) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xf0";

    #[test]
    fn file_is_what_its_first_bytes_say() {
        let known: [(&[u8], MediaKind); 14] = [
            (b"\xff\xd8\xff\xe0", MediaKind::Jpeg),
            (PNG, MediaKind::Png),
            (b"RIFF\0\0\0\0WEBPVP8 ", MediaKind::Webp),
            (b"GIF89a", MediaKind::Gif),
            (b"OggS", MediaKind::Ogg),
            (b"#!AMR\n", MediaKind::Amr),
            (b"\0\0\0\x18ftyp3gp4", MediaKind::ThreeGpp),
            (b"\0\0\0\x18ftypM4A ", MediaKind::AudioMp4),
            (b"\0\0\0\x18ftypisom", MediaKind::VideoMp4),
            (b"%PDF-1.7", MediaKind::Pdf),
            (b"ID3\x04", MediaKind::Mp3),
            (b"\xff\xf1\x50", MediaKind::Aac),
            (b"\xff\xfb\x90", MediaKind::Mp3),
            (b"\xef\xbb\xbfbegin:vcard\r\n", MediaKind::VCard),
        ];
        for (bytes, kind) in known {
            assert_eq!(MediaKind::sniff(bytes), Some(kind), "{kind:?}");
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for bytes in [
            &b"<html><script>"[..],
            b"<svg xmlns",
            b"MZ\x90",
            b"PK\x03\x04",
            b"",
            b"\xff",
            b"RIFF\0\0\0\0AVI ",
        ] {
            assert_eq!(MediaKind::sniff(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn file_that_is_not_what_it_was_said_to_be_is_not_taken() {
        assert_eq!(MediaKind::agreed(PNG, "image/png"), Some(MediaKind::Png));
        assert_eq!(MediaKind::agreed(PNG, "image/jpeg"), None);
        assert_eq!(MediaKind::agreed(b"<svg", "image/svg+xml"), None);
        assert_eq!(MediaKind::agreed(b"<html>", "image/png"), None);
        assert_eq!(MediaKind::agreed(b"OggS", "audio/ogg; codecs=opus"), Some(MediaKind::Ogg));
        assert_eq!(MediaKind::agreed(b"\0\0\0\x18ftypisom", "audio/mp4"), Some(MediaKind::AudioMp4));
        assert_eq!(MediaKind::agreed(b"BEGIN:VCARD", "text/x-vcard"), Some(MediaKind::VCard));
        assert_eq!(MediaKind::agreed(PNG, ""), None);
    }

    #[test]
    fn pictures_tell_how_large_they_are_and_broken_ones_nothing() {
        assert_eq!(MediaKind::Png.dimensions(PNG), Some((320, 240)));
        assert_eq!(MediaKind::Gif.dimensions(b"GIF89a\x40\x01\xf0\x00"), Some((320, 240)));
        let jpeg = b"\xff\xd8\xff\xe0\x00\x04\0\0\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03";
        assert_eq!(MediaKind::Jpeg.dimensions(jpeg), Some((320, 240)));
        let webp = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0";
        assert_eq!(MediaKind::Webp.dimensions(webp), Some((320, 240)));
        for cut in 0..jpeg.len() - 4 {
            assert_eq!(MediaKind::Jpeg.dimensions(&jpeg[..cut]), None, "{cut}");
        }
        assert_eq!(MediaKind::Png.dimensions(b"\x89PNG"), None);
        assert_eq!(MediaKind::Pdf.dimensions(PNG), None);
    }

    #[test]
    fn size_is_said_as_people_say_it() {
        assert_eq!([850, 12_300, 3_450_000].map(spoken_size), ["850 bytes", "12 KB", "3.4 MB"]);
    }
}
