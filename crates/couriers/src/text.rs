//! Text of any origin, made fit to be shown: characters that paint, hide or turn are taken out,
//! lengths are bounded, and markup is either escaped or removed.

/// Control characters, NUL included, and the separators that break lines unseen.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Characters that change the direction of what follows, and so can make a text lie.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// One line of at most so many characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let mut words = String::new();
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    for c in spaced.filter(|c| is_plain(*c)) {
        // Space at the ends and twice in a row says nothing.
        if c != ' ' || !(words.is_empty() || words.ends_with(' ')) {
            words.push(c);
        }
        if words.len() > 4 * most + 4 {
            break;
        }
    }
    cut(words.trim_end(), most)
}

/// Whether this begins or ends a part that is set apart from what surrounds it, whichever way it
/// is written; such a part ends at the latest with its line, so that it turns nothing else.
fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2068}' | '\u{2069}')
}

/// Lines of at most so many characters together. Parts set apart stay so.
pub(crate) fn lines(text: &str, most: usize) -> String {
    let spaced = text.chars().map(|c| match c {
        '\n' | '\u{2028}' | '\u{2029}' => '\n',
        // Half of a break of two, which is filtered with the control characters.
        '\r' => '\0',
        c if c.is_whitespace() => ' ',
        c => c,
    });
    let shown = spaced.filter(|c| is_isolate(*c) || is_plain(*c));
    let text: String = shown.take(most + 1).collect();
    cut(text.trim_end(), most)
}

fn is_plain(c: char) -> bool {
    c == '\n' || !(is_control(c) || is_direction(c))
}

/// At most so many characters, the last an ellipsis when something is missing.
fn cut(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// For those who read markup: every character stands for itself.
pub(crate) fn escape_markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// For those who do not: what looks like a tag goes, everything else stays.
pub(crate) fn strip_markup(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tail) = rest.split_at(at);
        stripped.push_str(before);
        match tag_length(tail) {
            Some(length) => rest = &tail[length..],
            None => {
                stripped.push('<');
                rest = &tail[1..];
            }
        }
    }
    stripped.push_str(rest);
    stripped
}

/// The length of the tag this begins with, if it does.
fn tag_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inner.find(['<', '>'])?;
    inner[end..].starts_with('>').then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_without_what_paints_or_turns() {
        for (text, expected) in [
            ("  Dentist \n at\tten ", "Dentist at ten"),
            ("a\0b\u{1b}[31m\u{202e}c\u{2066}d", "ab[31mcd"),
            ("", ""),
            ("\n\n", ""),
            ("123456789012345", "123456789012345"),
            ("1234567890123456", "12345678901234…"),
            ("ääääääääääääääää", "ääääääääääääää…"),
        ] {
            assert_eq!(line(text, 15), expected, "{text:?}");
        }
        assert_eq!(line(&"x".repeat(4 << 20), 120).chars().count(), 120);
        assert_eq!(line(&"\0".repeat(4 << 20), 120), "");
    }

    #[test]
    fn lines_keep_their_breaks_and_their_bound() {
        assert_eq!(lines("10:00\r\nin 9\u{2028}min\n", 500), "10:00\nin 9\nmin");
        assert_eq!(lines("ab\u{202e}c\0d", 500), "abcd");
        assert_eq!(
            lines("10:00 · \u{2068}\u{5e9}\u{2069}", 500),
            "10:00 · \u{2068}\u{5e9}\u{2069}"
        );
        assert_eq!(lines("123456", 5), "1234…");
        assert_eq!(lines(&"y\n".repeat(1 << 20), 500).chars().count(), 500);
    }

    #[test]
    fn markup_is_escaped_for_those_who_read_it_and_removed_for_others() {
        let text = "<b>3 < 4</b> & <a href=\"x\">5 > 2</a> <3 <unfinished";
        assert_eq!(
            escape_markup(text),
            "&lt;b&gt;3 &lt; 4&lt;/b&gt; &amp; &lt;a href=\"x\"&gt;5 &gt; 2&lt;/a&gt; &lt;3 &lt;unfinished"
        );
        assert_eq!(strip_markup(text), "3 < 4 & 5 > 2 <3 <unfinished");
    }
}
