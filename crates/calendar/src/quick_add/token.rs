//! A line of text as words, each knowing where it stands.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word or a number, with the punctuation that sticks to it.
    Word,
    /// A comma or semicolon.
    Comma,
    /// Text in quotes: title, whatever it says.
    Quoted,
}

/// One token.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub sort: Sort,
    /// Where it stands, in bytes.
    pub place: Range<usize>,
    /// As written, without the brackets and marks around it.
    pub text: &'a str,
    /// The same in lower case, a full stop behind letters taken off.
    pub word: String,
}

/// The tokens of a text; an unclosed quote is the error, with its place.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Range<usize>> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        let end = |rest: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
            rest.peek().map_or(text.len(), |(at, _)| *at)
        };
        if c.is_whitespace() || c.is_control() {
            continue;
        }
        if matches!(c, ',' | ';') {
            found.push(token(Sort::Comma, text, start..end(&mut rest)));
            continue;
        }
        if let Some(close) = closing(c) {
            let closed = rest.by_ref().any(|(_, c)| close.contains(&c));
            let place = start..end(&mut rest);
            if !closed {
                return Err(place);
            }
            found.push(token(Sort::Quoted, text, place));
            continue;
        }
        while rest.peek().is_some_and(|(_, c)| in_word(*c)) {
            rest.next();
        }
        found.push(token(Sort::Word, text, start..end(&mut rest)));
    }
    Ok(found)
}

fn in_word(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || matches!(c, ',' | ';') || closing(c).is_some())
}

/// What ends a quote that begins with this.
fn closing(c: char) -> Option<&'static [char]> {
    match c {
        '"' => Some(&['"']),
        '“' => Some(&['”', '“', '"']),
        '„' => Some(&['“', '”', '"']),
        '«' => Some(&['»']),
        _ => None,
    }
}

fn token(sort: Sort, text: &str, place: Range<usize>) -> Token<'_> {
    let whole = &text[place.clone()];
    let bare = whole.trim_start_matches(['(', '[']).trim_end_matches([')', ']', ':', '!', '?']);
    let mut word = bare.to_lowercase();
    if word.ends_with('.') && word.chars().any(char::is_alphabetic) {
        word.pop();
    }
    Token { sort, place, text: bare, word }
}

/// The inside of a quoted token.
pub(super) fn unquoted(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}
