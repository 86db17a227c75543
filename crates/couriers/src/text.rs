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
