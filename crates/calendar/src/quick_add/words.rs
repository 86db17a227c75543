//! The vocabulary: weekdays, months, numbers, units, and the abbreviations of zones.

use jiff::civil::Weekday;

pub(super) use crate::recurrence::english_weekday as weekday_name;

/// A weekday by its name or a usual abbreviation of it; a plural ("Mondays") is one as well.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" | "weds" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The same where a range or a list of days says that they are: also "Mo", and M and F.
pub(super) fn weekday_code(word: &str) -> Option<Weekday> {
    Some(match word {
        "m" | "mo" => Weekday::Monday,
        "tu" => Weekday::Tuesday,
        "we" => Weekday::Wednesday,
        "th" => Weekday::Thursday,
        "f" | "fr" => Weekday::Friday,
        "sa" => Weekday::Saturday,
        "su" => Weekday::Sunday,
        _ => return weekday(word),
    })
}

/// "Mondays".
pub(super) fn weekdays_plural(word: &str) -> Option<Weekday> {
    weekday(word.strip_suffix('s').filter(|rest| rest.ends_with("day"))?)
}

/// Abbreviations of weekdays that are words of their own.
pub(super) fn is_also_a_word(word: &str) -> bool {
    matches!(word, "mon" | "wed" | "weds" | "sat" | "sun")
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A month by its name or its first three letters.
pub(super) fn month(word: &str) -> Option<i8> {
    let found = MONTHS.iter().position(|name| word == *name || name.get(..3) == Some(word));
    let found = found.or_else(|| (word == "sept").then_some(8))?;
    i8::try_from(found + 1).ok()
}

/// "December".
pub(super) fn month_name(month: i8) -> String {
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied();
    let name = name.unwrap_or("");
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{}{rest}", first.to_uppercase())
}

/// A small whole number, in digits or in words up to twelve; "a" and "an" are one.
pub(super) fn number(word: &str) -> Option<u32> {
    if let Some(n) = digits(word) {
        return Some(n);
    }
    let words = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    if matches!(word, "a" | "an") {
        return Some(1);
    }
    words.iter().position(|w| *w == word).and_then(|at| u32::try_from(at + 1).ok())
}

/// One to four digits and nothing else.
pub(super) fn digits(word: &str) -> Option<u32> {
    let fits = (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    if fits { word.parse().ok() } else { None }
}

/// "15th", "1st", and with `in words` also "first"; the last is -1.
pub(super) fn ordinal(word: &str) -> Option<i8> {
    if let Some(place) = word.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0) {
        let (number, ending) = word.split_at(place);
        let fits = matches!(ending, "st" | "nd" | "rd" | "th");
        return if fits { i8::try_from(digits(number)?).ok() } else { None };
    }
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "last" => -1,
        _ => return None,
    })
}

/// How much time: calendar months, nominal days, exact seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Amount {
    pub months: i32,
    pub days: i32,
    pub seconds: i64,
}

impl Amount {
    fn plus(self, other: Self) -> Self {
        Self {
            months: self.months.saturating_add(other.months),
            days: self.days.saturating_add(other.days),
            seconds: self.seconds.saturating_add(other.seconds),
        }
    }

    /// Whole hours and nothing else.
    pub fn is_hours(self) -> bool {
        self.months == 0 && self.days == 0 && self.seconds > 0 && self.seconds % 3600 == 0
    }

    /// How long it is, about.
    pub fn minutes(self) -> i64 {
        i64::from(self.months) * 43_200 + i64::from(self.days) * 1_440 + self.seconds / 60
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// "tomorrow", as it is also typed.
pub(super) fn is_tomorrow(word: &str) -> bool {
    matches!(
        word,
        "tomorrow"
            | "tommorow"
            | "tomorow"
            | "tommorrow"
            | "tmrw"
            | "tmrow"
            | "tmr"
            | "tmw"
            | "tomo"
            | "2moro"
            | "2morrow"
            | "2mrw"
    )
}

/// One of a unit, by its name or abbreviation.
pub(super) fn unit(word: &str) -> Option<Amount> {
    let (months, days, seconds) = match word {
        "m" | "min" | "mins" | "minute" | "minutes" => (0, 0, 60),
        "h" | "hr" | "hrs" | "hour" | "hours" => (0, 0, 3600),
        "d" | "day" | "days" => (0, 1, 0),
        "w" | "wk" | "wks" | "week" | "weeks" => (0, 7, 0),
        "fortnight" | "fortnights" => (0, 14, 0),
        "month" | "months" => (1, 0, 0),
        "year" | "years" | "yr" | "yrs" => (12, 0, 0),
        _ => return None,
    };
    Some(Amount { months, days, seconds })
}

pub(super) fn times(n: u32, of: Amount) -> Amount {
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    Amount {
        months: of.months.saturating_mul(n),
        days: of.days.saturating_mul(n),
        seconds: of.seconds.saturating_mul(i64::from(n)),
    }
}

/// An amount without spaces: "45m", "1h30m", "1h30", "1.5h".
pub(super) fn compact(word: &str) -> Option<Amount> {
    let (mut total, mut rest, mut hours) = (Amount::default(), word, false);
    // Each turn takes at least one character away.
    while !rest.is_empty() {
        let split = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(split);
        let end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (name, after) = tail.split_at(end);
        let of = match name {
            "" if hours && after.is_empty() => unit("m")?,
            "" => return None,
            _ => unit(name)?,
        };
        hours = of.seconds == 3600;
        total = total.plus(tenths(number, of)?);
        rest = after;
    }
    Some(total).filter(|total| !total.is_nothing())
}

/// "1.5" of hours; whole numbers of everything else.
pub(super) fn tenths(number: &str, of: Amount) -> Option<Amount> {
    match number.split_once('.') {
        Some((whole, "5")) if of.seconds == 3600 => {
            Some(times(digits(whole)?, of).plus(Amount { seconds: 1800, ..Amount::default() }))
        }
        Some(_) => None,
        None => Some(times(digits(number)?, of)),
    }
}

pub(super) fn sum(one: Amount, other: Amount) -> Amount {
    one.plus(other)
}

/// Names of what an abbreviation in capitals may mean, which several zones or offsets go by.
pub(super) fn zones_of(text: &str) -> Option<&'static str> {
    Some(match text {
        "EST" | "EDT" => "America/New_York or America/Toronto",
        "CST" => "America/Chicago or Asia/Shanghai",
        "CDT" => "America/Chicago or America/Winnipeg",
        "MST" => "America/Denver or America/Phoenix",
        "MDT" => "America/Denver or America/Edmonton",
        "PST" | "PDT" => "America/Los_Angeles or America/Tijuana",
        "AKST" | "AKDT" => "America/Anchorage",
        "HST" => "Pacific/Honolulu",
        "AST" | "ADT" => "America/Halifax or America/Puerto_Rico",
        "NST" | "NDT" => "America/St_Johns",
        "IST" => "Asia/Kolkata or Europe/Dublin",
        "BST" => "Europe/London or Asia/Dhaka",
        "CET" | "CEST" => "Europe/Berlin or Europe/Paris",
        "EET" | "EEST" => "Europe/Athens or Europe/Kyiv",
        "WET" | "WEST" => "Europe/Lisbon or Atlantic/Canary",
        "MSK" => "Europe/Moscow",
        "JST" => "Asia/Tokyo",
        "KST" => "Asia/Seoul",
        "SGT" => "Asia/Singapore",
        "HKT" => "Asia/Hong_Kong",
        "PKT" => "Asia/Karachi",
        "AEST" | "AEDT" => "Australia/Sydney or Australia/Brisbane",
        "ACST" | "ACDT" => "Australia/Adelaide or Australia/Darwin",
        "AWST" => "Australia/Perth",
        "NZST" | "NZDT" => "Pacific/Auckland",
        "SAST" => "Africa/Johannesburg",
        "BRT" => "America/Sao_Paulo",
        _ => return None,
    })
}

/// The same for words that mean zones only right after a time.
pub(super) fn zones_of_word(word: &str) -> Option<&'static str> {
    let capitals = match word {
        "et" | "eastern" => "EST".into(),
        "ct" => "CST".into(),
        "mt" | "mountain" => "MST".into(),
        "pt" | "pacific" => "PST".into(),
        _ if word.len() <= 4 => word.to_uppercase(),
        _ => return None,
    };
    zones_of(&capitals)
}

/// Words a number belongs to that stands behind them: "room 3".
const NUMBERED: [&str; 63] = [
    "room", "chapter", "chapters", "part", "parts", "gate", "level", "section", "sections", "step",
    "phase", "unit", "floor", "track", "platform", "line", "bus", "tram", "train", "no", "nr",
    "version", "release", "v", "lesson", "episode", "season", "grade", "class", "page", "pages",
    "p", "pp", "act", "day", "round", "game", "number", "terminal", "hall", "item", "items",
    "batch", "sprint", "psalm", "type", "area", "studio", "court", "group", "team", "route",
    "volume", "book", "issue", "ticket", "invoice", "table", "seat", "stage", "module", "top",
    "covid",
];

/// Whether a number behind a word belongs to it: "room 3", "pages 10-20".
pub(super) fn takes_number(word: &str) -> bool {
    NUMBERED.contains(&word)
}
