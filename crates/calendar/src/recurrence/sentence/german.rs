//! The clauses in German.

use jiff::civil::{Date, Time, Weekday};

use super::{Clause, Within, join, runs};
use crate::recurrence::rule::{ByDay, Freq, Skip, Until};

pub(super) fn say(clause: &Clause<'_>) -> String {
    match clause {
        Clause::Every(freq, 1) => each(*freq).to_owned(),
        Clause::Every(freq, interval) => format!("alle {interval} {}", periods(*freq)),
        Clause::WorkingDays => "an jedem Werktag (Montag bis Freitag)".to_owned(),
        Clause::Months(months) => {
            format!("im {}", list(months.iter().map(|number| month(*number).to_owned())))
        }
        Clause::Weeks(weeks) => format!("in {}", list(weeks.iter().map(|number| week(*number)))),
        Clause::YearDays(days) => {
            format!("am {} Tag des Jahres", list(days.iter().map(|day| nth(*day))))
        }
        Clause::Date(day, number) => format!("am {day}. {}", month(*number)),
        Clause::MonthDays(days, within) => {
            format!("am {}{}", list(days.iter().map(|day| month_day(*day))), of(*within))
        }
        Clause::NthWorkingDays(positions) => format!(
            "am {} Werktag (Montag bis Freitag)",
            list(positions.iter().map(|position| nth(*position)))
        ),
        Clause::Weekdays(days) => {
            format!("am {}", list(days.iter().map(|day| weekday(*day).to_owned())))
        }
        Clause::NthWeekdays(days, within) => numbered_days(days, *within),
        Clause::IfWeekdays(days, within) => {
            let words: Vec<String> = days.iter().map(|day| if_day(day, *within)).collect();
            format!("wenn es {} ist", join(&words, "oder"))
        }
        Clause::Times(times) => {
            let clock = |(hour, minute): &(i64, i64)| format!("{hour:02}:{minute:02}");
            format!("um {} Uhr", list(times.iter().map(clock)))
        }
        Clause::Hours(hours) => within_units("in Stunde", "in den Stunden", hours),
        Clause::Minutes(minutes) => within_units("zur Minute", "zu den Minuten", minutes),
        Clause::Seconds(seconds) => within_units("zur Sekunde", "zu den Sekunden", seconds),
        Clause::Positions(positions, freq) => format!(
            "davon nur der {} Termin {}",
            list(positions.iter().map(|position| nth_plain(*position))),
            in_each(*freq)
        ),
        Clause::Skip(Skip::Omit) => String::new(),
        Clause::Skip(Skip::Backward) => {
            "wo es den Tag nicht gibt, am letzten des Monats".to_owned()
        }
        Clause::Skip(Skip::Forward) => "wo es den Tag nicht gibt, am 1. des Folgemonats".to_owned(),
        Clause::WeekStart(day) => format!("Wochenbeginn {}", weekday(*day)),
        Clause::Count(1) => "einmal".to_owned(),
        Clause::Count(count) => format!("{count}-mal"),
        Clause::Until(until) => format!("bis {}", moment(until)),
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    join(&words.collect::<Vec<_>>(), "und")
}

fn numbered_days(days: &[ByDay], within: Within) -> String {
    let plain: Vec<String> = days
        .iter()
        .filter(|day| day.nth.is_none())
        .map(|day| weekday(day.weekday).to_owned())
        .collect();
    let mut words = Vec::new();
    if !plain.is_empty() {
        words.push(format!("an jedem {}", join(&plain, "und")));
    }
    for day in days {
        if let Some(number) = day.nth {
            words.push(format!("am {} {}{}", nth(number.into()), weekday(day.weekday), of(within)));
        }
    }
    join(&words, "und")
}

fn if_day(day: &ByDay, within: Within) -> String {
    match day.nth {
        None => format!("ein {}", weekday(day.weekday)),
        Some(number) => {
            format!("der {} {}{}", nth_plain(number.into()), weekday(day.weekday), of(within))
        }
    }
}

fn within_units(one: &str, several: &str, numbers: &[i64]) -> String {
    let at = if numbers.len() > 1 { several } else { one };
    format!("{at} {}", runs(numbers, "und", "bis"))
}

fn of(within: Within) -> &'static str {
    match within {
        Within::Said => "",
        Within::Month => " des Monats",
        Within::EachMonth => " jedes Monats",
        Within::Year => " des Jahres",
    }
}

fn week(number: i64) -> String {
    if number > 0 { format!("Woche {number}") } else { format!("der {} Woche", nth(number)) }
}

fn month_day(number: i64) -> String {
    if number > 0 { format!("{number}.") } else { format!("{} Tag", nth(number)) }
}

/// As in "am …": 3., letzten, vorletzten, 3.-letzten.
fn nth(number: i64) -> String {
    match number {
        -1 => "letzten".to_owned(),
        -2 => "vorletzten".to_owned(),
        i64::MIN..=-3 => format!("{}.-letzten", -number),
        _ => format!("{number}."),
    }
}

/// As in "der …": 3., letzte, vorletzte, 3.-letzte.
fn nth_plain(number: i64) -> String {
    nth(number).trim_end_matches('n').to_owned()
}

fn moment(until: &Until) -> String {
    match until {
        Until::Date(date) => day(*date),
        Until::Local(at) => format!("{}, {} Uhr", day(at.date()), clock(at.time())),
        Until::Utc(at) => format!("{}, {} Uhr UTC", day(at.date()), clock(at.time())),
    }
}

fn day(date: Date) -> String {
    format!("{}. {} {}", date.day(), month(date.month().into()), date.year())
}

fn clock(time: Time) -> String {
    if time.second() == 0 {
        format!("{:02}:{:02}", time.hour(), time.minute())
    } else {
        format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
    }
}

fn each(freq: Freq) -> &'static str {
    match freq {
        Freq::Yearly => "jedes Jahr",
        Freq::Monthly => "jeden Monat",
        Freq::Weekly => "jede Woche",
        Freq::Daily => "jeden Tag",
        Freq::Hourly => "jede Stunde",
        Freq::Minutely => "jede Minute",
        Freq::Secondly => "jede Sekunde",
    }
}

fn in_each(freq: Freq) -> &'static str {
    match freq {
        Freq::Yearly => "in jedem Jahr",
        Freq::Monthly => "in jedem Monat",
        Freq::Weekly => "in jeder Woche",
        Freq::Daily => "an jedem Tag",
        Freq::Hourly => "in jeder Stunde",
        Freq::Minutely => "in jeder Minute",
        Freq::Secondly => "in jeder Sekunde",
    }
}

fn periods(freq: Freq) -> &'static str {
    match freq {
        Freq::Yearly => "Jahre",
        Freq::Monthly => "Monate",
        Freq::Weekly => "Wochen",
        Freq::Daily => "Tage",
        Freq::Hourly => "Stunden",
        Freq::Minutely => "Minuten",
        Freq::Secondly => "Sekunden",
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Montag",
        Weekday::Tuesday => "Dienstag",
        Weekday::Wednesday => "Mittwoch",
        Weekday::Thursday => "Donnerstag",
        Weekday::Friday => "Freitag",
        Weekday::Saturday => "Samstag",
        Weekday::Sunday => "Sonntag",
    }
}

fn month(number: i64) -> &'static str {
    match number {
        1 => "Januar",
        2 => "Februar",
        3 => "März",
        4 => "April",
        5 => "Mai",
        6 => "Juni",
        7 => "Juli",
        8 => "August",
        9 => "September",
        10 => "Oktober",
        11 => "November",
        _ => "Dezember",
    }
}
