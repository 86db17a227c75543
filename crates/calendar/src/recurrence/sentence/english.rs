//! The clauses in English.

use jiff::civil::{Date, Time, Weekday};

use super::{Clause, Within, join, runs};
use crate::recurrence::rule::{ByDay, Freq, Skip, Until};

pub(super) fn say(clause: &Clause<'_>) -> String {
    match clause {
        Clause::Every(freq, 1) => format!("every {}", period(*freq)),
        Clause::Every(freq, interval) => format!("every {interval} {}s", period(*freq)),
        Clause::WorkingDays => "every weekday (Monday to Friday)".to_owned(),
        Clause::Months(months) => {
            format!("in {}", list(months.iter().map(|number| month(*number).to_owned())))
        }
        Clause::Weeks(weeks) => {
            format!("in {}", list(weeks.iter().map(|number| numbered_or(*number, "week"))))
        }
        Clause::YearDays(days) => {
            format!("on {} of the year", list(days.iter().map(|day| numbered_or(*day, "day"))))
        }
        Clause::Date(day, number) => format!("on {day} {}", month(*number)),
        Clause::MonthDays(days, within) => format!(
            "on {}{}",
            list(days.iter().map(|day| if *day > 0 { nth(*day) } else { nth(*day) + " day" })),
            of(*within)
        ),
        Clause::NthWorkingDays(positions) => format!(
            "on {} weekday (Monday to Friday)",
            list(positions.iter().map(|position| nth(*position)))
        ),
        Clause::Weekdays(days) => {
            format!("on {}", list(days.iter().map(|day| weekday(*day).to_owned())))
        }
        Clause::NthWeekdays(days, within) => format!("on {}", numbered_days(days, *within)),
        Clause::IfWeekdays(days, within) => {
            let words: Vec<String> = days.iter().map(|day| if_day(day, *within)).collect();
            format!("if it is {}", join(&words, "or"))
        }
        Clause::Times(times) => {
            let clock = |(hour, minute): &(i64, i64)| format!("{hour:02}:{minute:02}");
            format!("at {}", list(times.iter().map(clock)))
        }
        Clause::Hours(hours) => within_units("hour", hours),
        Clause::Minutes(minutes) => within_units("minute", minutes),
        Clause::Seconds(seconds) => within_units("second", seconds),
        Clause::Positions(positions, freq) => format!(
            "of these only {} in each {}",
            list(positions.iter().map(|position| nth(*position))),
            period(*freq)
        ),
        Clause::Skip(Skip::Omit) => String::new(),
        Clause::Skip(Skip::Backward) => {
            "where there is no such day on the last of the month".to_owned()
        }
        Clause::Skip(Skip::Forward) => {
            "where there is no such day on the 1st of the next month".to_owned()
        }
        Clause::WeekStart(day) => format!("weeks starting on {}", weekday(*day)),
        Clause::Count(1) => "once".to_owned(),
        Clause::Count(count) => format!("{count} times"),
        Clause::Until(until) => format!("until {}", moment(until)),
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    join(&words.collect::<Vec<_>>(), "and")
}

fn numbered_days(days: &[ByDay], within: Within) -> String {
    let plain: Vec<String> = days
        .iter()
        .filter(|day| day.nth.is_none())
        .map(|day| weekday(day.weekday).to_owned())
        .collect();
    let mut words = Vec::new();
    if !plain.is_empty() {
        words.push(format!("every {}", join(&plain, "and")));
    }
    for day in days {
        if let Some(number) = day.nth {
            words.push(format!("{} {}{}", nth(number.into()), weekday(day.weekday), of(within)));
        }
    }
    join(&words, "and")
}

fn if_day(day: &ByDay, within: Within) -> String {
    match day.nth {
        None => format!("a {}", weekday(day.weekday)),
        Some(number) => format!("{} {}{}", nth(number.into()), weekday(day.weekday), of(within)),
    }
}

fn within_units(unit: &str, numbers: &[i64]) -> String {
    let plural = if numbers.len() > 1 { "s" } else { "" };
    let at = if unit == "hour" { "in" } else { "at" };
    format!("{at} {unit}{plural} {}", runs(numbers, "and", "to"))
}

fn of(within: Within) -> &'static str {
    match within {
        Within::Said => "",
        Within::Month => " of the month",
        Within::EachMonth => " of each month",
        Within::Year => " of the year",
    }
}

/// "day 100", or "the last day".
fn numbered_or(number: i64, what: &str) -> String {
    if number > 0 { format!("{what} {number}") } else { format!("{} {what}", nth(number)) }
}

/// "the 3rd", "the last", "the 2nd last".
fn nth(number: i64) -> String {
    match number {
        -1 => "the last".to_owned(),
        ..-1 => format!("the {} last", ordinal(-number)),
        0.. => format!("the {}", ordinal(number)),
    }
}

fn ordinal(number: i64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn moment(until: &Until) -> String {
    match until {
        Until::Date(date) => day(*date),
        Until::Local(at) => format!("{} at {}", day(at.date()), clock(at.time())),
        Until::Utc(at) => format!("{} at {} UTC", day(at.date()), clock(at.time())),
    }
}

fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date.month().into()), date.year())
}

fn clock(time: Time) -> String {
    if time.second() == 0 {
        format!("{:02}:{:02}", time.hour(), time.minute())
    } else {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

fn period(freq: Freq) -> &'static str {
    match freq {
        Freq::Yearly => "year",
        Freq::Monthly => "month",
        Freq::Weekly => "week",
        Freq::Daily => "day",
        Freq::Hourly => "hour",
        Freq::Minutely => "minute",
        Freq::Secondly => "second",
    }
}

/// The full name of a weekday.
pub(crate) fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month(number: i64) -> &'static str {
    match number {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}
