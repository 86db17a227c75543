//! Lines of cron, lowered to a rule at the door: nothing behind it knows cron.

use jiff::civil::DateTime;
use thiserror::Error;

use super::{Rule, Series};

/// When a line of cron runs, as a recurrence rule.
///
/// Five fields, as in POSIX `crontab` with the usual additions: lists, ranges, steps (`*/15`,
/// `9-17/2`), names of months and weekdays, 0 and 7 for Sunday, `@hourly` to `@yearly`, and of
/// Quartz `?`, `L` (the last day of the month), `5L` (the last Friday) and `5#2` (the second
/// Friday), by cron's numbers. A local time of day is what a clock on the wall shows.
///
/// ```
/// use calendar::recurrence::Cron;
/// use jiff::civil::date;
///
/// let cron = Cron::parse("0 9 * * 1-5").expect("a line of cron");
/// let (start, rule) = cron.from(date(2026, 11, 22).at(12, 0, 0, 0)).expect("it runs");
/// assert_eq!(start, date(2026, 11, 23).at(9, 0, 0, 0));
/// assert_eq!(rule.to_string(), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    line: String,
    minutes: Vec<u8>,
    hours: Vec<u8>,
    /// Days of the month, -1 the last; empty means every day.
    days: Vec<i8>,
    /// Empty means every month.
    months: Vec<u8>,
    /// As BYDAY has them; empty means every day.
    weekdays: Vec<String>,
}

/// Why a line of cron is not a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CronError {
    /// It has not five fields.
    #[error(
        "the cron line '{line}' has {count} fields: it takes five (minute, hour, day of the month, month, weekday), such as '0 9 * * 1-5'"
    )]
    Fields {
        /// As given.
        line: String,
        /// So many.
        count: usize,
    },
    /// A name with an @ that cannot be.
    #[error(
        "'{name}' is no moment that comes again: @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually are"
    )]
    Name {
        /// As given.
        name: String,
    },
    /// A field is not understood.
    #[error("'{text}' is not understood as the {field} of a cron line: {allowed}")]
    Field {
        /// Which one.
        field: &'static str,
        /// What of it.
        text: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// Day of month and weekday together.
    #[error(
        "the cron line '{line}' names days of the month and weekdays, which cron takes for either of them: write two events, or a rule with --rrule for days that are both"
    )]
    EitherDay {
        /// As given.
        line: String,
    },
    /// It never runs.
    #[error("the cron line '{line}' never comes: no such day exists")]
    Never {
        /// As given.
        line: String,
    },
}

/// One of the five fields.
struct Field {
    name: &'static str,
    low: u8,
    high: u8,
    names: &'static [&'static str],
    allowed: &'static str,
}

const MINUTE: Field = Field {
    name: "minute",
    low: 0,
    high: 59,
    names: &[],
    allowed: "0 to 59, lists (0,30), ranges (0-10), steps (*/15) or * are allowed",
};
const HOUR: Field = Field {
    name: "hour",
    low: 0,
    high: 23,
    names: &[],
    allowed: "0 to 23, lists (9,17), ranges (9-17), steps (*/4) or * are allowed",
};
const DAY: Field = Field {
    name: "day of the month",
    low: 1,
    high: 31,
    names: &[],
    allowed: "1 to 31, L for the last, lists (1,15), ranges (1-7), steps (*/2) or * are allowed",
};
const MONTH: Field = Field {
    name: "month",
    low: 1,
    high: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    allowed: "1 to 12, jan to dec, lists (3,6), ranges (jan-mar), steps (*/3) or * are allowed",
};
const WEEKDAY: Field = Field {
    name: "weekday",
    low: 0,
    high: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    allowed: "0 to 7 (0 and 7 are Sunday), sun to sat, lists (1,3), ranges (1-5), 5#2 for the second Friday, 5L for the last or * are allowed",
};
const BYDAY: [&str; 7] = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

impl Cron {
    /// Understands a line.
    ///
    /// # Errors
    /// What is wrong with it, in one sentence.
    pub fn parse(line: &str) -> Result<Cron, CronError> {
        let line = line.trim();
        let written = match line.strip_prefix('@') {
            Some(name) => named(name).ok_or_else(|| CronError::Name { name: short(line) })?,
            None => line,
        };
        let fields: Vec<&str> = written.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CronError::Fields { line: short(line), count: fields.len() });
        };
        let days = match day.to_ascii_uppercase().as_str() {
            "?" => Vec::new(),
            "L" => vec![-1],
            _ => DAY.limited(day)?.into_iter().filter_map(|d| i8::try_from(d).ok()).collect(),
        };
        let cron = Cron {
            line: short(line),
            minutes: MINUTE.values(minute)?,
            hours: HOUR.values(hour)?,
            days,
            months: MONTH.limited(month)?,
            weekdays: weekdays(weekday)?,
        };
        if !cron.days.is_empty() && !cron.weekdays.is_empty() {
            return Err(CronError::EitherDay { line: cron.line });
        }
        Ok(cron)
    }

    /// The first run at or after a local time, and the rule of all that follow.
    ///
    /// # Errors
    /// When there is none.
    pub fn from(&self, local: DateTime) -> Result<(DateTime, Rule), CronError> {
        let never = || CronError::Never { line: self.line.clone() };
        let second = local.second() > 0 || local.subsec_nanosecond() > 0;
        let minute = jiff::Span::new().minutes(i64::from(second));
        let full = local.with().second(0).subsec_nanosecond(0).build();
        let from = full.and_then(|at| at.checked_add(minute)).map_err(|_| never())?;
        // DTSTART is always the first of a series: walk from the minute before.
        let before = from.checked_sub(jiff::Span::new().minutes(1)).map_err(|_| never())?;
        let whole = Rule::parse(&self.text(true)).map_err(|_| never())?;
        let start = Series::new(before, vec![whole]).after(before, None).next();
        let rule = Rule::parse(&self.text(false)).map_err(|_| never())?;
        Ok((start.ok_or_else(never)?, rule))
    }

    /// The rule; `whole` says also what DTSTART says otherwise.
    fn text(&self, whole: bool) -> String {
        let every_minute = self.minutes.len() == 60;
        let every_hour = self.hours.len() == 24;
        let counted = self.weekdays.iter().any(|day| day.len() > 2);
        let freq = match (every_minute, every_hour) {
            _ if counted => "MONTHLY",
            (true, _) => "MINUTELY",
            (false, true) => "HOURLY",
            (false, false) if !self.weekdays.is_empty() => "WEEKLY",
            (false, false) if self.days.is_empty() => "DAILY",
            (false, false) if self.months.is_empty() => "MONTHLY",
            (false, false) => "YEARLY",
        };
        let is_daily = counted || !(every_minute || every_hour);
        let said = |list: &[u8], of_clock: bool| of_clock && (whole || list.len() > 1);
        let mut text = format!("FREQ={freq}");
        let mut part = |name: &str, list: &str| text.push_str(&format!(";{name}={list}"));
        if !self.months.is_empty() {
            part("BYMONTH", &joined(&self.months));
        }
        if !self.days.is_empty() {
            part("BYMONTHDAY", &joined(&self.days));
        }
        if !self.weekdays.is_empty() {
            part("BYDAY", &self.weekdays.join(","));
        }
        if said(&self.hours, is_daily) || (every_minute && !every_hour && !counted) {
            part("BYHOUR", &joined(&self.hours));
        }
        if said(&self.minutes, is_daily || !every_minute) {
            part("BYMINUTE", &joined(&self.minutes));
        }
        text
    }
}

fn named(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "hourly" => Some("0 * * * *"),
        "daily" | "midnight" => Some("0 0 * * *"),
        "weekly" => Some("0 0 * * 0"),
        "monthly" => Some("0 0 1 * *"),
        "yearly" | "annually" => Some("0 0 1 1 *"),
        _ => None,
    }
}

fn joined(list: &[impl ToString]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// BYDAY's words for the last field, Monday first.
fn weekdays(text: &str) -> Result<Vec<String>, CronError> {
    if text == "?" {
        return Ok(Vec::new());
    }
    let mut plain: Vec<u8> = Vec::new();
    let mut counted = Vec::new();
    for piece in text.split(',') {
        let upper = piece.to_ascii_uppercase();
        let nth = match (upper.split_once('#'), upper.strip_suffix('L')) {
            (Some((day, nth)), _) => Some((day.to_owned(), nth.to_owned())),
            (None, Some(day)) if !day.is_empty() => Some((day.to_owned(), "-1".to_owned())),
            (None, _) => None,
        };
        match nth {
            Some((day, nth)) => {
                let day = WEEKDAY.value(&day).ok_or_else(|| WEEKDAY.wrong(piece))?;
                if !["1", "2", "3", "4", "5", "-1"].contains(&nth.as_str()) {
                    return Err(WEEKDAY.wrong(piece));
                }
                counted.push(format!("{nth}{}", BYDAY[usize::from(day % 7)]));
            }
            None => plain.extend(WEEKDAY.range(piece)?),
        }
    }
    let mut each: Vec<u8> = plain.iter().map(|day| (day + 6) % 7).collect();
    each.sort_unstable();
    each.dedup();
    if each.len() == 7 {
        return Ok(Vec::new());
    }
    // Every Monday of all months beside the second Tuesday: BYDAY takes both.
    let words = each.iter().map(|day| BYDAY[usize::from((day + 1) % 7)].to_owned());
    Ok(words.chain(counted).collect())
}

impl Field {
    fn wrong(&self, text: &str) -> CronError {
        CronError::Field { field: self.name, text: short(text), allowed: self.allowed }
    }

    /// A number or a name.
    fn value(&self, text: &str) -> Option<u8> {
        let upper = text.to_ascii_uppercase();
        if let Some(place) = self.names.iter().position(|name| *name == upper) {
            return u8::try_from(place).ok().map(|place| place + self.low);
        }
        let is_number =
            !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        let number: u8 = text.parse().ok().filter(|_| is_number)?;
        (self.low..=self.high).contains(&number).then_some(number)
    }

    /// One piece of a list: a value, a range or a star, the latter two perhaps with a step.
    fn range(&self, piece: &str) -> Result<Vec<u8>, CronError> {
        let wrong = || self.wrong(piece);
        let (span, step) = match piece.split_once('/') {
            Some((span, step)) => (span, Some(step)),
            None => (piece, None),
        };
        let step: usize = match step {
            None => 1,
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().ok().filter(|n| (1..=59).contains(n)).ok_or_else(wrong)?
            }
            Some(_) => return Err(wrong()),
        };
        let last = self.high - u8::from(self.high == 7);
        let (low, high) = match (span, span.split_once('-')) {
            ("*", _) => (self.low, last),
            (_, Some((low, high))) => {
                (self.value(low).ok_or_else(wrong)?, self.value(high).ok_or_else(wrong)?)
            }
            // From a value on in steps: cron programs differ in what that means.
            (_, None) if step > 1 => return Err(wrong()),
            (one, None) => {
                let value = self.value(one).ok_or_else(wrong)?;
                (value, value)
            }
        };
        if low > high {
            return Err(wrong());
        }
        Ok((low..=high).step_by(step).collect())
    }

    /// All values, ascending, each once.
    fn values(&self, text: &str) -> Result<Vec<u8>, CronError> {
        let mut values = Vec::new();
        for piece in text.split(',') {
            values.extend(self.range(piece)?);
        }
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// All values, or none where that is every one.
    fn limited(&self, text: &str) -> Result<Vec<u8>, CronError> {
        let values = self.values(text)?;
        let every = values.len() == usize::from(self.high - self.low) + 1;
        Ok(if every { Vec::new() } else { values })
    }
}
