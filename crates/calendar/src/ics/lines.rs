//! Content lines: bytes in, unfolded `NAME;PARAM=…:VALUE` out, each with the number of the line
//! it begins at. Unfolding is done on bytes, since writers fold in the middle of characters.

use std::borrow::Cow;

use super::Remarks;

/// The longest unfolded line taken, in bytes.
const LONGEST: usize = 1 << 20;

/// One content line. Its text is kept whole, so that it can be given back as it was.
#[derive(Debug, Clone)]
pub(crate) struct Property<'a> {
    /// Where it begins, from 1.
    pub line: usize,
    /// The byte it begins at.
    pub at: usize,
    text: Cow<'a, str>,
    name_end: usize,
    colon: usize,
}

impl<'a> Property<'a> {
    fn new((line, at): (usize, usize), text: Cow<'a, str>) -> Option<Self> {
        let name_end = text.find([';', ':'])?;
        let name = text[..name_end].trim_end();
        let in_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if name.is_empty() || !name.bytes().all(in_name) {
            return None;
        }
        let colon = colon(&text, name_end)?;
        Some(Self { line, at, text, name_end, colon })
    }

    /// The same, of a text that need not last.
    pub fn into_owned(self) -> Property<'static> {
        let Self { line, at, text, name_end, colon } = self;
        Property { line, at, text: Cow::Owned(text.into_owned()), name_end, colon }
    }

    /// Its name as written.
    pub fn name(&self) -> &str {
        self.text[..self.name_end].trim_end()
    }

    /// Whether it has this name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// What stands after the colon, still escaped.
    pub fn value(&self) -> &str {
        &self.text[self.colon + 1..]
    }

    /// The whole unfolded line.
    pub fn raw(&self) -> &str {
        &self.text
    }

    /// The value of a parameter, without its quotes.
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut rest = self.text.get(self.name_end + 1..self.colon)?;
        while !rest.is_empty() {
            let end = outside_quotes(rest, b';').unwrap_or(rest.len());
            if let Some((key, value)) = rest[..end].split_once('=')
                && key.trim().eq_ignore_ascii_case(name)
            {
                return Some(value.trim().trim_matches('"').trim());
            }
            rest = rest.get(end + 1..).unwrap_or("");
        }
        None
    }
}

/// The colon before the value: the first outside quotes, or if quotes never close, the first. A
/// zone name that is an address (`TZID=tzone://Microsoft/Utc:`) should be quoted and is not always.
fn colon(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    let at = outside_quotes(rest, b':').or_else(|| rest.find(':'))?;
    let is_address = rest[at + 1..].starts_with("//") && rest[..at].contains(";TZID=");
    let at = if is_address { rest.rfind(':').unwrap_or(at) } else { at };
    Some(from + at)
}

fn outside_quotes(text: &str, wanted: u8) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|b| {
        quoted ^= b == b'"';
        b == wanted && !quoted
    })
}

/// The file as UTF-8 where it is UTF-16 by its mark, and without the mark.
pub(crate) fn without_mark(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = |pair: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]]));
        let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        Cow::Owned(chars.collect::<String>().into_bytes())
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(rest),
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

/// Hands each content line to `each`; lines that are none become remarks.
pub(crate) fn properties<'a>(
    bytes: &'a [u8],
    remarks: &mut Remarks,
    mut each: impl FnMut(Property<'a>, &mut Remarks),
) {
    unfold(bytes, |place, folded| {
        let line = place.0;
        if folded.len() > LONGEST {
            remarks.add(line, format!("the line is longer than {LONGEST} bytes: it is left out"));
            return;
        }
        let text = decode(line, folded, remarks);
        match Property::new(place, text) {
            Some(property) => each(property, remarks),
            None => remarks.add(line, "the line is not of the form NAME:VALUE: it is left out"),
        }
    });
}

/// Where a line begins (its number, its byte), and what there is of it.
type Folded<'a> = ((usize, usize), Cow<'a, [u8]>);

/// Joins folded lines; a line end is CRLF, LF or, in files that know no LF, CR. Each comes with the
/// number of its first line and the byte that begins at.
fn unfold<'a>(bytes: &'a [u8], mut each: impl FnMut((usize, usize), Cow<'a, [u8]>)) {
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut open: Option<Folded<'a>> = None;
    let mut next = 0;
    for (n, line) in bytes.split(|b| *b == end).enumerate() {
        let at = next;
        next += line.len() + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line, &mut open) {
            ([b' ' | b'\t', rest @ ..], Some((_, text))) => {
                if text.len() <= LONGEST {
                    text.to_mut().extend_from_slice(rest);
                }
            }
            (line, _) if line.trim_ascii().is_empty() => {}
            (line, _) => {
                if let Some((place, text)) = open.replace(((n + 1, at), Cow::Borrowed(line))) {
                    each(place, text);
                }
            }
        }
    }
    if let Some((place, text)) = open {
        each(place, text);
    }
}

/// UTF-8, or if a line has no character of it beyond ASCII, Latin-1; else what can be saved.
fn decode<'a>(line: usize, bytes: Cow<'a, [u8]>, remarks: &mut Remarks) -> Cow<'a, str> {
    let bytes = match bytes {
        Cow::Borrowed(b) => match std::str::from_utf8(b) {
            Ok(text) => return Cow::Borrowed(text),
            Err(_) => b.to_vec(),
        },
        Cow::Owned(b) => match String::from_utf8(b) {
            Ok(text) => return Cow::Owned(text),
            Err(e) => e.into_bytes(),
        },
    };
    let lossy = String::from_utf8_lossy(&bytes);
    let is_latin = lossy.chars().all(|c| c.is_ascii() || c == char::REPLACEMENT_CHARACTER);
    if is_latin {
        remarks.add(line, "the line is not UTF-8: it is read as Latin-1");
        return Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect());
    }
    remarks.add(line, "the line is not UTF-8: what cannot be read is shown as \u{FFFD}");
    Cow::Owned(lossy.into_owned())
}
