//! Values of single properties: texts, dates and times, durations. Strict where a reading could
//! be wrong, forgiving where files are sloppy in a way that has one meaning.

use jiff::civil::{Date, DateTime, Time};

/// A date or time as it stands in a file, before its TZID is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// `20270501`
    Date(Date),
    /// `20270501T090000`
    Local(DateTime),
    /// `20270501T090000Z`, also written with an offset; as the wall time in UTC.
    Utc(DateTime),
}

impl When {
    /// The wall time, of a date its midnight.
    pub fn wall(self) -> DateTime {
        match self {
            Self::Date(date) => date.at(0, 0, 0, 0),
            Self::Local(at) | Self::Utc(at) => at,
        }
    }
}

/// Reads a date or time; also `2027-05-01T09:00`, lower case, and hour 24.
pub(crate) fn when(text: &str) -> Option<When> {
    let text = text.trim();
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let date = digits(date, '-')?;
    let date = match date.len() {
        8 => Date::new(number(&date[..4])?, number(&date[4..6])?, number(&date[6..])?).ok()?,
        _ => return None,
    };
    let Some(time) = time else { return Some(When::Date(date)) };
    let (time, offset) = split_offset(time)?;
    let time = digits(time, ':')?;
    let (hour, minute, second): (i8, i8, i8) = match time.len() {
        6 => (number(&time[..2])?, number(&time[2..4])?, number(&time[4..])?),
        4 => (number(&time[..2])?, number(&time[2..4])?, 0),
        _ => return None,
    };
    let (hour, later) = if hour == 24 && minute == 0 && second == 0 { (0, 1) } else { (hour, 0) };
    // A leap second is the last one of its minute.
    let second = if second == 60 { 59 } else { second };
    let local = date.to_datetime(Time::new(hour, minute, second, 0).ok()?);
    let local = local.checked_add(jiff::Span::new().days(later)).ok()?;
    Some(match offset {
        None => When::Local(local),
        Some(offset) => When::Utc(local.checked_sub(jiff::Span::new().seconds(offset)).ok()?),
    })
}

/// Splits `Z` or `+0100` off a time of day; the offset in seconds.
fn split_offset(time: &str) -> Option<(&str, Option<i64>)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, Some(0)));
    }
    match time.find(['+', '-']) {
        None => Some((time, None)),
        Some(at) => Some((&time[..at], Some(offset(&time[at..])?))),
    }
}

/// Reads `+0100`, `-05:30` or `+010000` (TZOFFSETTO and its like), in seconds.
pub(crate) fn offset(text: &str) -> Option<i64> {
    let text = text.trim();
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let text = digits(text.get(1..)?, ':')?;
    let (hours, minutes, seconds): (i64, i64, i64) = match text.len() {
        2 => (number(&text)?, 0, 0),
        4 => (number(&text[..2])?, number(&text[2..])?, 0),
        6 => (number(&text[..2])?, number(&text[2..4])?, number(&text[4..])?),
        _ => return None,
    };
    let total = hours * 3600 + minutes * 60 + seconds;
    (total < 26 * 3600 && minutes < 60 && seconds < 60).then_some(sign * total)
}

fn digits(text: &str, separator: char) -> Option<String> {
    let text: String = text.chars().filter(|c| *c != separator).collect();
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Nominal days and exact seconds of a duration (RFC 5545 3.3.6), both with its sign.
pub(crate) fn duration(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix(['P', 'p'])?;
    let (mut days, mut seconds, mut digits) = (0i64, 0i64, String::new());
    let (mut in_time, mut any) = (false, false);
    for c in rest.chars() {
        if c.is_ascii_digit() && digits.len() < 9 {
            digits.push(c);
            continue;
        }
        if matches!(c, 'T' | 't') && digits.is_empty() && !in_time {
            in_time = true;
            continue;
        }
        let n: i64 = digits.parse().ok()?;
        digits.clear();
        any = true;
        match (c.to_ascii_uppercase(), in_time) {
            ('W', false) => days += n * 7,
            ('D', false) => days += n,
            ('H', true) => seconds += n * 3600,
            ('M', true) => seconds += n * 60,
            ('S', true) => seconds += n,
            _ => return None,
        }
    }
    let bounded = days <= 4_000_000 && seconds <= 400_000_000_000;
    (any && digits.is_empty() && bounded).then_some((sign * days, sign * seconds))
}

/// A TEXT value with its escapes.
pub(crate) fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => value.push(c),
        }
    }
    value
}

/// A TEXT value without its escapes and without control characters but line ends and tabs.
pub(crate) fn text(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => '\n',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        };
        if !c.is_control() || matches!(c, '\n' | '\t') {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match when(text) {
            Some(When::Date(d)) => d.to_string(),
            Some(When::Local(t)) => t.to_string(),
            Some(When::Utc(t)) => format!("{t}Z"),
            None => "-".into(),
        }
    }

    #[test]
    fn dates_and_times_are_read_also_where_files_are_sloppy() {
        for (text, meant) in [
            ("20270501", "2027-05-01"),
            ("20270501T090000", "2027-05-01T09:00:00"),
            ("20270501T090000Z", "2027-05-01T09:00:00Z"),
            ("20270501t0900z", "2027-05-01T09:00:00Z"),
            ("2027-05-01T09:00:00", "2027-05-01T09:00:00"),
            ("20270501T090000+0200", "2027-05-01T07:00:00Z"),
            ("20270501T240000", "2027-05-02T00:00:00"),
            ("20270501T235960", "2027-05-01T23:59:59"),
            ("20270229", "-"),
            ("20270501T250000", "-"),
            ("2027051T090000", "-"),
            ("", "-"),
            ("T", "-"),
            ("2027050\u{661}", "-"),
            ("99991231T240000", "-"),
        ] {
            assert_eq!(said(text), meant, "{text}");
        }
    }

    #[test]
    fn durations_keep_days_apart_from_seconds() {
        for (text, meant) in [
            ("PT10M", Some((0, 600))),
            ("-P1DT2H", Some((-1, -7200))),
            ("P2W", Some((14, 0))),
            ("-P0DT0H30M0S", Some((0, -1800))),
            ("+PT0S", Some((0, 0))),
            ("PT", None),
            ("P", None),
            ("10M", None),
            ("P1M", None),
            ("PT1", None),
            ("P9999999999D", None),
        ] {
            assert_eq!(duration(text), meant, "{text}");
        }
    }

    #[test]
    fn texts_lose_their_escapes_and_nothing_else() {
        assert_eq!(text("a\\, b\\; c\\nd\\Ne\\\\n \\\"q\\\""), "a, b; c\nd\ne\\n \"q\"");
        assert_eq!(text("tab\there\u{7}\\"), "tab\there\\");
    }

    #[test]
    fn offsets_are_read_in_their_three_lengths() {
        for (text, meant) in [
            ("+0100", Some(3600)),
            ("-0530", Some(-19800)),
            ("+001730", Some(1050)),
            ("0100", None),
        ] {
            assert_eq!(offset(text), meant, "{text}");
        }
    }
}
