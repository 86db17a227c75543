//! `Retry-After`: seconds, or a date in one of the three forms HTTP knows. What cannot be read is
//! as if it were not there; what lies in the past is no wish; more than a day is a day.

use std::time::Duration;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The longest wish that is granted.
const CAP: Duration = Duration::from_secs(24 * 60 * 60);

/// The forms of a date: the present one, the one of RFC 850, and that of `asctime`.
const FORMS: [&str; 3] =
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// How long the other side wishes to be left alone, counted from now.
pub(super) fn read(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are more than a day.
        let seconds = value.parse::<u64>().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(CAP)).filter(|wish| !wish.is_zero());
    }
    let at = FORMS.iter().find_map(|form| DateTime::strptime(form, value).ok())?;
    // Civil times, because the last day a date can name is past the last instant there is.
    let wish = at.duration_since(now.to_zoned(TimeZone::UTC).datetime());
    let wish = Duration::try_from(wish).ok()?;
    Some(wish.min(CAP)).filter(|wish| !wish.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_bounded() {
        let now: Timestamp = "1994-11-06T08:49:07Z".parse().expect("a moment");
        let day = Some(24 * 3600);
        for (value, expected) in [
            ("30", Some(30)),
            (" 30 ", Some(30)),
            ("0", None),
            ("864000", day),
            ("99999999999999999999999", day),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
            ("Sun Nov  6 08:49:37 1994", Some(30)),
            ("Wed, 16 Nov 1994 08:49:37 GMT", day),
            ("Sun, 06 Nov 1994 08:49:07 GMT", None),
            ("Sun, 06 Nov 1994 08:00:00 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", day),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            let wish = read(value, now).map(|d| d.as_secs());
            assert_eq!(wish, expected, "{value}");
        }
    }
}
