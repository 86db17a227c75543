//! Reading RRULE text: strict about values, forgiving about form.
//!
//! Lower case, spaces around parts, empty parts (`FREQ=DAILY;;`) and a leading `RRULE:` are
//! understood. Every refusal is one sentence that names the part, its value and what is allowed.

use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::rule::{ByDay, Freq, Rule, Skip, Until};

/// The longest text taken for a rule, in bytes; the longest sensible one has some 8,000.
const MAX_TEXT: usize = 16_384;
/// The most values one list may have; BYSETPOS has 732 different ones.
const MAX_VALUES: usize = 1_000;

/// Why a text is no recurrence rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing but spaces.
    #[error("the recurrence rule is empty: it needs at least FREQ, such as FREQ=DAILY")]
    Empty,
    /// Longer than any rule has reason to be.
    #[error("the recurrence rule has {0} bytes: at most 16384 are allowed")]
    TooLong(usize),
    /// No FREQ part.
    #[error(
        "the recurrence rule `{0}` has no FREQ: one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY is needed"
    )]
    NoFreq(String),
    /// A piece without `=`.
    #[error("`{0}` is no part of a recurrence rule: NAME=VALUE is needed")]
    NotAPart(String),
    /// A part RFC 5545 and RFC 7529 do not know.
    #[error(
        "{part}={value} is unknown in a recurrence rule: FREQ, INTERVAL, COUNT, UNTIL, BYSECOND, BYMINUTE, BYHOUR, BYDAY, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS, WKST, RSCALE, SKIP and X- parts are allowed"
    )]
    Unknown {
        /// The part's name.
        part: String,
        /// What it was given.
        value: String,
    },
    /// A part given more than once.
    #[error(
        "{part} is given twice in a recurrence rule, the second time as {value}: once is allowed"
    )]
    Twice {
        /// The part's name.
        part: String,
        /// What it was given the second time.
        value: String,
    },
    /// A value outside what its part allows.
    #[error("{part}={value} is not allowed in a recurrence rule: {allowed}")]
    Value {
        /// The part's name.
        part: &'static str,
        /// The value, or the entry of a list, that is wrong.
        value: String,
        /// What would be right.
        allowed: &'static str,
    },
}

impl Rule {
    /// Reads a rule, with or without `RRULE:` before it. Never panics, whatever the text.
    ///
    /// ```
    /// use calendar::recurrence::Rule;
    /// let rule = Rule::parse("RRULE:freq=monthly;byday=-1fr").expect("a rule");
    /// assert_eq!(rule.to_string(), "FREQ=MONTHLY;BYDAY=-1FR");
    /// assert_eq!(
    ///     Rule::parse("FREQ=DAILY;BYHOUR=24").expect_err("no such hour").to_string(),
    ///     "BYHOUR=24 is not allowed in a recurrence rule: numbers from 0 to 23",
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Rule, RuleError> {
        if text.len() > MAX_TEXT {
            return Err(RuleError::TooLong(text.len()));
        }
        let text = without_name(text.trim());
        if text.is_empty() {
            return Err(RuleError::Empty);
        }
        let mut parts = Vec::with_capacity(8);
        let mut freq = None;
        for piece in text.split(';').map(str::trim).filter(|piece| !piece.is_empty()) {
            let Some((name, value)) = piece.split_once('=') else {
                return Err(RuleError::NotAPart(shown(piece)));
            };
            let name = name.trim().to_ascii_uppercase();
            let value = value.trim();
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(RuleError::Twice { part: shown(&name), value: shown(value) });
            }
            if name == "FREQ" {
                freq = Some(read_freq(value)?);
            }
            parts.push((name, value));
        }
        let Some(freq) = freq else {
            return Err(RuleError::NoFreq(shown(text)));
        };
        let mut rule = Rule::new(freq);
        for (name, value) in parts {
            take_part(&mut rule, name, value)?;
        }
        check(rule)
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Rule, RuleError> {
        Rule::parse(text)
    }
}

/// What no single part can know: the values of builders, and parts that contradict one another.
pub(super) fn check(rule: Rule) -> Result<Rule, RuleError> {
    let refuse = |part, value: String, allowed| Err(RuleError::Value { part, value, allowed });
    if let Some(day) = rule.by_day.iter().find(|day| day.nth.is_some_and(|n| !within(n.into(), 53)))
    {
        return refuse("BYDAY", day.to_string(), NTH);
    }
    if let Some(day) = rule.by_day.iter().find(|day| day.nth.is_some()) {
        if !matches!(rule.freq, Freq::Yearly | Freq::Monthly) {
            return refuse("BYDAY", day.to_string(), "a number needs FREQ=MONTHLY or YEARLY");
        }
        if !rule.by_week_no.is_empty() {
            return refuse("BYDAY", day.to_string(), "no number is allowed beside BYWEEKNO");
        }
    }
    if let Some(day) = rule.by_month_day.iter().find(|day| !within((**day).into(), 31)) {
        return refuse("BYMONTHDAY", day.to_string(), MONTH_DAYS);
    }
    if let Some(month) = rule.by_month.iter().find(|month| !(1..=12).contains(*month)) {
        return refuse("BYMONTH", month.to_string(), MONTHS);
    }
    if let Some(pos) = rule.by_set_pos.iter().find(|pos| !within((**pos).into(), 366)) {
        return refuse("BYSETPOS", pos.to_string(), POSITIONS);
    }
    Ok(rule)
}

const NTH: &str = "SU, MO, TU, WE, TH, FR or SA, with 1 to 53 or -1 to -53 before it or nothing";
const MONTH_DAYS: &str = "numbers from 1 to 31 or -31 to -1";
const MONTHS: &str = "numbers from 1 to 12";
const POSITIONS: &str = "numbers from 1 to 366 or -366 to -1";

fn within(value: i64, most: i64) -> bool {
    value != 0 && value.abs() <= most
}

fn without_name(text: &str) -> &str {
    match text.split_at_checked(6) {
        Some((name, rest)) if name.eq_ignore_ascii_case("RRULE:") => rest.trim(),
        _ => text,
    }
}

/// A value as an error shows it: never longer than a glance.
fn shown(value: &str) -> String {
    const MOST: usize = 40;
    match value.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &value[..cut]),
        None => value.to_owned(),
    }
}

fn bad(part: &'static str, value: &str, allowed: &'static str) -> RuleError {
    RuleError::Value { part, value: shown(value), allowed }
}

fn take_part(rule: &mut Rule, name: String, value: &str) -> Result<(), RuleError> {
    match name.as_str() {
        "FREQ" => {}
        "INTERVAL" => rule.interval = read_positive("INTERVAL", value)?,
        "COUNT" => rule.count = Some(read_positive("COUNT", value)?),
        "UNTIL" => rule.until = Some(read_until(value)?),
        "BYSECOND" => rule.by_second = plain("BYSECOND", value, 0, 60, "numbers from 0 to 60")?,
        "BYMINUTE" => rule.by_minute = plain("BYMINUTE", value, 0, 59, "numbers from 0 to 59")?,
        "BYHOUR" => rule.by_hour = plain("BYHOUR", value, 0, 23, "numbers from 0 to 23")?,
        "BYMONTH" => rule.by_month = plain("BYMONTH", value, 1, 12, MONTHS)?,
        "BYDAY" => rule.by_day = read_list("BYDAY", value, NTH, read_by_day)?,
        "BYMONTHDAY" => rule.by_month_day = signed("BYMONTHDAY", value, 31, MONTH_DAYS)?,
        "BYYEARDAY" => rule.by_year_day = signed("BYYEARDAY", value, 366, POSITIONS)?,
        "BYWEEKNO" => {
            let allowed = "numbers from 1 to 53 or -53 to -1";
            rule.by_week_no = signed("BYWEEKNO", value, 53, allowed)?;
        }
        "BYSETPOS" => rule.by_set_pos = signed("BYSETPOS", value, 366, POSITIONS)?,
        "WKST" => {
            let day = read_weekday(value);
            let allowed = "one of SU, MO, TU, WE, TH, FR, SA";
            rule.week_start = Some(day.ok_or_else(|| bad("WKST", value, allowed))?);
        }
        "RSCALE" => {
            if !value.eq_ignore_ascii_case("GREGORIAN") {
                return Err(bad("RSCALE", value, "only GREGORIAN"));
            }
            rule.rscale = true;
        }
        "SKIP" => {
            rule.skip = Some(read_skip(value)?);
            rule.rscale = true;
        }
        _ if name.starts_with("X-") => rule.extra.push((name, value.to_owned())),
        _ => return Err(RuleError::Unknown { part: shown(&name), value: shown(value) }),
    }
    Ok(())
}

fn read_freq(value: &str) -> Result<Freq, RuleError> {
    const ALL: [Freq; 7] = [
        Freq::Yearly,
        Freq::Monthly,
        Freq::Weekly,
        Freq::Daily,
        Freq::Hourly,
        Freq::Minutely,
        Freq::Secondly,
    ];
    let allowed = "one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY";
    ALL.into_iter()
        .find(|freq| freq.to_string().eq_ignore_ascii_case(value))
        .ok_or_else(|| bad("FREQ", value, allowed))
}

fn read_skip(value: &str) -> Result<Skip, RuleError> {
    [Skip::Omit, Skip::Backward, Skip::Forward]
        .into_iter()
        .find(|skip| skip.to_string().eq_ignore_ascii_case(value))
        .ok_or_else(|| bad("SKIP", value, "one of OMIT, BACKWARD, FORWARD"))
}

fn read_positive(part: &'static str, value: &str) -> Result<NonZeroU32, RuleError> {
    value.parse().map_err(|_| bad(part, value, "a number from 1 to 4294967295"))
}

fn read_list<T>(
    part: &'static str,
    value: &str,
    allowed: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, RuleError> {
    let mut values = Vec::new();
    for item in value.split(',').map(str::trim) {
        if values.len() == MAX_VALUES {
            return Err(bad(part, value, "at most 1000 values"));
        }
        values.push(read(item).ok_or_else(|| bad(part, item, allowed))?);
    }
    Ok(values)
}

fn plain(
    part: &'static str,
    value: &str,
    least: u8,
    most: u8,
    allowed: &'static str,
) -> Result<Vec<u8>, RuleError> {
    read_list(part, value, allowed, |item| {
        item.parse().ok().filter(|number| (least..=most).contains(number))
    })
}

fn signed<T: TryFrom<i64>>(
    part: &'static str,
    value: &str,
    most: i64,
    allowed: &'static str,
) -> Result<Vec<T>, RuleError> {
    read_list(part, value, allowed, |item| {
        let number = item.parse().ok().filter(|number| within(*number, most))?;
        T::try_from(number).ok()
    })
}

fn read_by_day(item: &str) -> Option<ByDay> {
    let (number, code) = item.split_at_checked(item.len().checked_sub(2)?)?;
    let weekday = read_weekday(code)?;
    let nth = match number.trim() {
        "" => None,
        number => Some(number.parse().ok().filter(|n: &i8| within((*n).into(), 53))?),
    };
    Some(ByDay { nth, weekday })
}

fn read_weekday(code: &str) -> Option<Weekday> {
    let days = Weekday::Monday.cycle_forward().take(7);
    days.into_iter().find(|day| super::write::weekday_code(*day).eq_ignore_ascii_case(code))
}

fn read_until(value: &str) -> Result<Until, RuleError> {
    let allowed = "a date such as 20270304, a local time such as 20270304T090000 or a UTC time such as 20270304T090000Z";
    until_of(value).ok_or_else(|| bad("UNTIL", value, allowed))
}

fn until_of(value: &str) -> Option<Until> {
    let (value, utc) = match value.strip_suffix(['Z', 'z']) {
        Some(rest) => (rest, true),
        None => (value, false),
    };
    let Some((date, time)) = value.split_once(['T', 't']) else {
        return if utc { None } else { Some(Until::Date(read_date(value)?)) };
    };
    let at = DateTime::from_parts(read_date(date)?, read_time(time)?);
    Some(if utc { Until::Utc(at) } else { Until::Local(at) })
}

fn read_date(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    Date::new(digits(text, 0, 4)?, digits(text, 4, 6)? as i8, digits(text, 6, 8)? as i8).ok()
}

fn read_time(text: &str) -> Option<Time> {
    if text.len() != 6 {
        return None;
    }
    // A leap second is read as the second before it, as RFC 5545 3.3.12 advises.
    let second = digits(text, 4, 6)?;
    let second = if second == 60 { 59 } else { second };
    Time::new(digits(text, 0, 2)? as i8, digits(text, 2, 4)? as i8, second as i8, 0).ok()
}

fn digits(text: &str, from: usize, to: usize) -> Option<i16> {
    let slice = text.get(from..to)?;
    if slice.bytes().all(|byte| byte.is_ascii_digit()) { slice.parse().ok() } else { None }
}
