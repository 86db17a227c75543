//! A rule in words, for the editor and for people who are asked to confirm one.
//!
//! The rule is first taken apart into clauses, in the order in which both languages say them;
//! each language then has its own file. Every part of the rule is said: a sentence that left one
//! out would lie. What DTSTART decides (the time, or the day where none is given) is not.

mod english;
mod german;

pub(crate) use english::weekday as english_weekday;

use jiff::civil::Weekday;

use super::rule::{ByDay, Freq, Rule, Skip, Until};

/// A language sentences are made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, with the day before the month.
    English,
    /// German.
    German,
}

/// One piece of the sentence.
#[derive(Clone, Debug, PartialEq)]
enum Clause<'a> {
    /// Every so many periods.
    Every(Freq, u32),
    /// Every Monday to Friday.
    WorkingDays,
    Months(Vec<i64>),
    Weeks(Vec<i64>),
    YearDays(Vec<i64>),
    /// One day of one month.
    Date(i64, i64),
    MonthDays(Vec<i64>, Within),
    /// The nth of Monday to Friday in the month.
    NthWorkingDays(Vec<i64>),
    /// Weekdays of each week.
    Weekdays(Vec<Weekday>),
    /// Weekdays, some numbered, of a month or year.
    NthWeekdays(&'a [ByDay], Within),
    /// Weekdays that limit.
    IfWeekdays(&'a [ByDay], Within),
    /// Times of day as hour and minute.
    Times(Vec<(i64, i64)>),
    Hours(Vec<i64>),
    Minutes(Vec<i64>),
    Seconds(Vec<i64>),
    Positions(Vec<i64>, Freq),
    Skip(Skip),
    WeekStart(Weekday),
    Count(u32),
    Until(Until),
}

/// What a day is counted in, where that needs saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// The period or month named before.
    Said,
    Month,
    EachMonth,
    Year,
}

impl Clause<'_> {
    /// Whether a comma goes before it.
    fn stands_apart(&self, language: Language) -> bool {
        let german_if = language == Language::German && matches!(self, Clause::IfWeekdays(..));
        german_if
            || matches!(
                self,
                Clause::Positions(..)
                    | Clause::Skip(_)
                    | Clause::WeekStart(_)
                    | Clause::Count(_)
                    | Clause::Until(_)
            )
    }
}

impl Rule {
    /// The rule in words.
    ///
    /// ```
    /// use calendar::recurrence::{Language, Rule};
    /// let rule = Rule::parse("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR;UNTIL=20270304").expect("a rule");
    /// assert_eq!(
    ///     rule.sentence(Language::English),
    ///     "every 2 weeks on Tuesday and Friday, until 4 March 2027",
    /// );
    /// assert_eq!(
    ///     rule.sentence(Language::German),
    ///     "alle 2 Wochen am Dienstag und Freitag, bis 4. März 2027",
    /// );
    /// ```
    pub fn sentence(&self, language: Language) -> String {
        let mut sentence = String::new();
        for clause in clauses(self) {
            if clause.stands_apart(language) {
                sentence.push_str(", ");
            } else if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(&match language {
                Language::English => english::say(&clause),
                Language::German => german::say(&clause),
            });
        }
        sentence
    }
}

fn clauses(rule: &Rule) -> Vec<Clause<'_>> {
    let mut clauses = Vec::new();
    let days = days(rule, &mut clauses);
    clauses.extend(days);
    times(rule, &mut clauses);
    if !rule.by_set_pos.is_empty() && !is_nth_working_day(rule) {
        clauses.push(Clause::Positions(sorted(&rule.by_set_pos), rule.freq));
    }
    match rule.skip() {
        Skip::Omit => {}
        Skip::Backward | Skip::Forward if rule.freq > Freq::Monthly => {}
        skip @ (Skip::Backward | Skip::Forward) => clauses.push(Clause::Skip(skip)),
    }
    let weeks_matter = !rule.by_week_no.is_empty()
        || rule.freq == Freq::Weekly && (rule.interval() > 1 || !rule.by_set_pos.is_empty());
    if weeks_matter && rule.week_start() != Weekday::Monday {
        clauses.push(Clause::WeekStart(rule.week_start()));
    }
    clauses.extend(rule.count().map(Clause::Count));
    clauses.extend(rule.until.map(Clause::Until));
    clauses
}

/// The head of the sentence goes to `head`; what days are meant comes back.
fn days<'a>(rule: &'a Rule, head: &mut Vec<Clause<'a>>) -> Vec<Clause<'a>> {
    let mut said = Vec::new();
    let by_days = !rule.by_day.is_empty();
    let working_week = is_working_week(&rule.by_day);
    let each_working_day = working_week
        && rule.interval() == 1
        && rule.by_month_day.is_empty()
        && (rule.freq == Freq::Weekly || rule.freq == Freq::Daily);
    if each_working_day {
        head.push(Clause::WorkingDays);
    } else if let Some(minutes) = even_minutes(rule) {
        head.push(Clause::Every(Freq::Minutely, minutes));
    } else {
        head.push(Clause::Every(rule.freq, rule.interval()));
    }
    if let ([month], [day], Freq::Yearly, false) =
        (&*rule.by_month, &*rule.by_month_day, rule.freq, by_days)
        && *day > 0
    {
        said.push(Clause::Date((*day).into(), (*month).into()));
    } else {
        if !rule.by_month.is_empty() {
            said.push(Clause::Months(sorted(&rule.by_month)));
        }
        if !rule.by_month_day.is_empty() {
            said.push(Clause::MonthDays(sorted(&rule.by_month_day), month_of(rule)));
        }
    }
    if !rule.by_week_no.is_empty() {
        said.push(Clause::Weeks(sorted(&rule.by_week_no)));
    }
    if !rule.by_year_day.is_empty() {
        said.push(Clause::YearDays(sorted(&rule.by_year_day)));
    }
    if is_nth_working_day(rule) {
        said.push(Clause::NthWorkingDays(sorted(&rule.by_set_pos)));
    } else if by_days && !each_working_day {
        said.push(weekdays(rule));
    }
    said
}

fn weekdays(rule: &Rule) -> Clause<'_> {
    let in_month = rule.freq == Freq::Monthly || !rule.by_month.is_empty();
    let within = if in_month { Within::Said } else { Within::Year };
    let limited = !rule.by_month_day.is_empty() || !rule.by_year_day.is_empty();
    match rule.freq {
        Freq::Daily => Clause::IfWeekdays(&rule.by_day, within),
        _ if limited => Clause::IfWeekdays(&rule.by_day, within),
        Freq::Yearly if !rule.by_week_no.is_empty() => Clause::Weekdays(plain(&rule.by_day)),
        Freq::Yearly | Freq::Monthly => Clause::NthWeekdays(&rule.by_day, within),
        Freq::Weekly | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
            Clause::Weekdays(plain(&rule.by_day))
        }
    }
}

/// Which month BYMONTHDAY counts in, as far as the sentence has not said so.
fn month_of(rule: &Rule) -> Within {
    match rule.freq {
        Freq::Yearly if rule.by_month.is_empty() => Within::EachMonth,
        Freq::Yearly | Freq::Monthly => Within::Said,
        Freq::Weekly | Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
            if rule.by_month.is_empty() { Within::Month } else { Within::Said }
        }
    }
}

fn times(rule: &Rule, clauses: &mut Vec<Clause<'_>>) {
    // More than so many are easier to take in as hours and minutes.
    const MOST: usize = 6;
    let (hours, minutes) = (sorted(&rule.by_hour), sorted(&rule.by_minute));
    let whole = rule.freq <= Freq::Daily && rule.by_second.is_empty();
    if whole && !hours.is_empty() && (1..=MOST).contains(&(hours.len() * minutes.len())) {
        let of_hour =
            |hour: &i64| minutes.iter().map(|minute| (*hour, *minute)).collect::<Vec<_>>();
        clauses.push(Clause::Times(hours.iter().flat_map(of_hour).collect()));
        return;
    }
    if !hours.is_empty() {
        clauses.push(Clause::Hours(hours));
    }
    if !minutes.is_empty() && even_minutes(rule).is_none() {
        clauses.push(Clause::Minutes(minutes));
    }
    if !rule.by_second.is_empty() {
        clauses.push(Clause::Seconds(sorted(&rule.by_second)));
    }
}

/// The minutes between two runs, where those of every hour lie evenly: 0, 15, 30, 45.
fn even_minutes(rule: &Rule) -> Option<u32> {
    let minutes = sorted(&rule.by_minute);
    let step = minutes.get(1)? - minutes.first()?;
    let is_even = *minutes.first()? < step
        && 60 % step == 0
        && minutes.len() as i64 == 60 / step
        && minutes.windows(2).all(|pair| pair[1] - pair[0] == step);
    let is_each_hour = rule.freq == Freq::Hourly && rule.interval() == 1;
    let is_whole = is_each_hour && rule.by_set_pos.is_empty() && rule.by_hour.is_empty();
    u32::try_from(step).ok().filter(|_| is_even && is_whole)
}

fn is_working_week(days: &[ByDay]) -> bool {
    let weekend = [Weekday::Saturday, Weekday::Sunday];
    let plain = plain(days);
    days.iter().all(|day| day.nth.is_none())
        && plain.len() == 5
        && !plain.iter().any(|day| weekend.contains(day))
}

fn is_nth_working_day(rule: &Rule) -> bool {
    rule.freq == Freq::Monthly
        && is_working_week(&rule.by_day)
        && !rule.by_set_pos.is_empty()
        && rule.by_month_day.is_empty()
        && rule.by_year_day.is_empty()
        && rule.by_week_no.is_empty()
        && rule.by_hour.len() < 2
        && rule.by_minute.len() < 2
        && rule.by_second.len() < 2
}

/// The weekdays of a list, from Monday on, each once.
fn plain(days: &[ByDay]) -> Vec<Weekday> {
    let mut days: Vec<Weekday> = days.iter().map(|day| day.weekday).collect();
    days.sort_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    days
}

/// From the front to the back: 1, 2, 15, -2, -1; each once.
fn sorted<T: Copy + Into<i64>>(values: &[T]) -> Vec<i64> {
    let mut values: Vec<i64> = values.iter().map(|value| (*value).into()).collect();
    values.sort_by_key(|value| (*value < 0, *value));
    values.dedup();
    values
}

/// "a, b and c", whatever "and" is. Runs of three or more become "a to c" if `to` is given.
fn join(words: &[String], and: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
    }
}

/// Numbers as a list in which runs of three or more are said as "from to".
fn runs(numbers: &[i64], and: &str, to: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = numbers;
    while let Some(first) = rest.first() {
        let run = rest.iter().zip(*first..).take_while(|(is, would)| **is == *would).count();
        if run > 2 {
            words.push(format!("{first} {to} {}", rest[run - 1]));
            rest = &rest[run..];
        } else {
            words.push(first.to_string());
            rest = &rest[1..];
        }
    }
    join(&words, and)
}
