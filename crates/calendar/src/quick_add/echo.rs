//! A reading in one line, to be confirmed at a glance, and what clocks do to it.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::Known;
use crate::{
    event::Event,
    occurrence::Occurrence,
    plan::due,
    recurrence::{Freq, Language, Rule},
    reminder::Trigger,
    timing::{Landing, Tie},
    zones::place_name,
};

/// "Every 2 weeks on Tue, 12:00 Lisbon (13:00 here) · next 24 Nov · reminder 12:50 here".
pub(super) fn line(event: &Event, next: &[Occurrence], lasts: bool, known: &Known<'_>) -> String {
    let Some(first) = next.first() else { return "never".into() };
    let elapses = elapses(event);
    let zone = if elapses { known.context.machine_zone() } else { first.zone.clone() };
    let here = Here { known, zone, elapses, lasts };
    let all_day = event.timing.tie.is_all_day();
    let when = match event.repeats.rules.first() {
        Some(rule) => here.rule(event, first, rule),
        None if all_day => here.days(first),
        None => format!("{}, {}", here.weekday_and_date(first), here.time(event, first)),
    };
    let mut parts = vec![match event.kind.code() {
        "deadline" if all_day && event.repeats.is_once() => {
            format!("Task, due by the end of {}", lower(&when)).replace(", all day", "")
        }
        "deadline" => format!("Task, due {}", lower(&when)),
        "birthday" => {
            let date = event.timing.start.strftime("%-d %B");
            format!("Birthday on {date}, every year")
        }
        _ => when,
    }];
    if !event.repeats.is_once() {
        parts.push(format!("next {}", here.date(first)));
    }
    let rings_then = event.reminders.len() == 1 && event.reminders[0].trigger == Trigger::START;
    match event.kind.code() {
        "note" if rings_then && !all_day => parts.push("rings then".into()),
        _ => parts.push(here.reminders(event, first)),
    }
    parts.join(" · ")
}

/// Whether it goes by elapsed time, so that its zone says nothing.
fn elapses(event: &Event) -> bool {
    event.repeats.rules.iter().any(|rule| rule.freq() > Freq::Daily)
}

struct Here<'a> {
    known: &'a Known<'a>,
    zone: TimeZone,
    elapses: bool,
    /// Its length was said.
    lasts: bool,
}

impl Here<'_> {
    /// "Every 2 weeks on Tue, 12:00, until 4 March".
    fn rule(&self, event: &Event, first: &Occurrence, rule: &Rule) -> String {
        let rule = rule.as_read_in(&self.zone);
        let whole = rule.sentence(Language::English);
        let endless = rule.clone().with_until(None).sentence(Language::English);
        // Only what ends it stands behind the rest.
        let end = whole.strip_prefix(&endless).unwrap_or("").replace(" at 23:59:59", "");
        let time = match (event.timing.tie.is_all_day(), self.elapses) {
            (true, _) => String::new(),
            (false, true) => format!(" from {}", self.time(event, first)),
            (false, false) if rule.by_hour().is_empty() => format!(", {}", self.time(event, first)),
            (false, false) => self.place(event, first),
        };
        capital(&short(&format!("{endless}{time}{end}")))
    }

    fn at(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    fn today(&self) -> Date {
        self.at(self.known.now).date()
    }

    fn said(&self, date: Date, form: &str) -> String {
        let year = if date.year() == self.today().year() { "" } else { " %Y" };
        date.strftime(&format!("{form}{year}")).to_string()
    }

    fn start(&self, o: &Occurrence) -> Date {
        if o.tie.is_all_day() { o.present.at.date() } else { self.at(o.start).date() }
    }

    fn date(&self, o: &Occurrence) -> String {
        self.said(self.start(o), "%-d %b")
    }

    fn weekday_and_date(&self, o: &Occurrence) -> String {
        self.said(self.start(o), "%a %-d %b")
    }

    fn days(&self, o: &Occurrence) -> String {
        let from = self.weekday_and_date(o);
        if o.length.days < 2 {
            return format!("{from}, all day");
        }
        let last = self.at(o.end).date().yesterday().unwrap_or(Date::MIN);
        format!("{from} to {}, {} days", self.said(last, "%a %-d %b"), o.length.days)
    }

    /// "12:00–13:30 Lisbon (13:00 here)".
    fn time(&self, event: &Event, o: &Occurrence) -> String {
        let (start, end) = (self.at(o.start), self.at(o.end));
        let clock = |at: DateTime| at.strftime("%H:%M").to_string();
        let plain = o.end == o.start || !self.lasts;
        let end = match (plain, start.date() == end.date()) {
            (true, _) => String::new(),
            (false, true) => format!("–{}", clock(end)),
            (false, false) => format!(" to {} {}", end.strftime("%a"), clock(end)),
        };
        format!("{}{end}{}", clock(start), self.place(event, o))
    }

    /// " Lisbon (13:00 here)", where the clock is not the machine's.
    fn place(&self, event: &Event, o: &Occurrence) -> String {
        let machine = &self.known.context.machine;
        match &event.timing.tie {
            Tie::Floating => " wherever you are".into(),
            Tie::AllDay => String::new(),
            Tie::Zone(name) if name == machine || self.elapses => String::new(),
            Tie::Zone(name) | Tie::Theirs(name) => {
                let here = self.known.context.machine_zone().to_datetime(o.start);
                let city = name.as_str().rsplit('/').next().unwrap_or("").replace('_', " ");
                if here == self.at(o.start) {
                    return format!(" {city}");
                }
                let other_day = here.date() != self.at(o.start).date();
                let form = if other_day { "%a %H:%M" } else { "%H:%M" };
                format!(" {city} ({} here)", here.strftime(form))
            }
        }
    }

    /// "reminder 12:50 here": by the clock of the machine, which is where it rings.
    fn reminders(&self, event: &Event, o: &Occurrence) -> String {
        let mut rings: Vec<Timestamp> =
            event.reminders.iter().map(|r| due(self.known.context, o, r.trigger)).collect();
        rings.sort_unstable();
        rings.dedup();
        let ahead = rings.iter().filter(|at| **at > self.known.now);
        let ahead: Vec<Timestamp> = ahead.copied().collect();
        let machine = self.known.context.machine_zone();
        let one_day = ahead.iter().all(|at| machine.to_datetime(*at).date() == self.start(o));
        let said: Vec<String> =
            ahead.iter().map(|at| self.ring(machine.to_datetime(*at), one_day)).collect();
        let differs = |at: &Timestamp| machine.to_datetime(*at) != self.at(*at);
        let here = if differs(&o.start) || ahead.iter().any(differs) { " here" } else { "" };
        match (rings.len(), said.as_slice()) {
            (0, _) => "no reminder".into(),
            (_, []) if event.repeats.is_once() => "its reminder has passed".into(),
            (_, []) => "reminder from the second time on".into(),
            (_, [one]) => format!("reminder {one}{here}"),
            (_, several) => format!("reminders {}{here}", several.join(" and ")),
        }
    }

    fn ring(&self, local: DateTime, that_day: bool) -> String {
        let clock = local.strftime("%H:%M");
        if that_day {
            return clock.to_string();
        }
        format!("{} {clock}", self.said(local.date(), "%a %-d %b"))
    }
}

/// What a change of the clocks does to the next few: "02:30 does not exist on 28 March → 03:30".
pub(super) fn clock_notes(event: &Event, next: &[Occurrence], known: &Known<'_>) -> Vec<String> {
    if event.timing.tie.is_all_day() {
        return Vec::new();
    }
    let today = known.context.machine_zone().to_datetime(known.now).date();
    let mut notes = Vec::new();
    for o in next {
        let day = super::date::said(o.present.at.date(), today);
        let clock = o.present.at.strftime("%H:%M");
        let there = o.zone.to_datetime(o.start).strftime("%H:%M").to_string();
        let place = place_name(o.zone.iana_name().unwrap_or("UTC"));
        match o.landing {
            Landing::Plain => {}
            Landing::Shifted => {
                notes.push(format!("{clock} does not exist on {day} in {place} → {there}"));
            }
            Landing::Folded => {
                let which = if o.present.fold { "second" } else { "first" };
                notes
                    .push(format!("{clock} comes twice on {day} in {place}: the {which} is taken"));
            }
        }
    }
    notes
}

fn short(sentence: &str) -> String {
    let mut text = sentence.to_string();
    for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] {
        text = text.replace(day, &day[..3]);
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn lower(text: &str) -> String {
    match text.strip_prefix("Every") {
        Some(rest) => format!("every{rest}"),
        None => text.to_string(),
    }
}
