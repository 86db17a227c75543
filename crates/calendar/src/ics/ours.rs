//! What iCalendar has no words for, beside what it has: rules that other programs would not
//! understand, occurrences that were skipped here, the kind, what becomes of skipped and repeated
//! hours. It stands in properties of our own, which other programs leave alone, and counts only
//! as far as the plain properties still say the same.

use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    OfPerson, Outgoing,
    component::Component,
    lines::Property,
    read::Reader,
    shown,
    times::{Moment, Tied},
    value, write_alarm,
};
use crate::{
    draft::{EventDraft, OverrideDraft},
    event::Event,
    kind::KindRef,
    policy::Overlap,
    recurrence::{Rule, Series, Until},
    reminder::Trigger,
    timing::{Fold, Gap, LocalStart, Tie, instant, shift},
    zones::ZoneName,
};

/// The prefix of our own properties.
const PREFIX: &str = "X-CARILLON-";
/// A rule as it is meant, beside the RRULE that says the same in RFC 5545 alone.
pub(super) const RULE: &str = "X-CARILLON-RRULE";
/// Those of the EXDATEs that are single occurrences called off.
pub(super) const CANCELLED: &str = "X-CARILLON-CANCELLED";
/// The occurrence has other alarms than its series, which are kept and do not ring here.
pub(super) const OWN_ALARMS: &str = "X-CARILLON-ALARMS";
/// The alarm is kept and does not ring here.
pub(super) const IDLE: &str = "X-CARILLON-IDLE";
/// How late is too late for an alarm, and what becomes of several.
pub(super) const USE_BY: &str = "X-CARILLON-USE-BY";
/// See [`USE_BY`].
pub(super) const COLLAPSE: &str = "X-CARILLON-COLLAPSE";
/// How often an alarm is told again until it is answered.
pub(super) const NAG: &str = "X-CARILLON-NAG";
/// The alarm rings through quiet hours and pauses.
pub(super) const ALARM: &str = "X-CARILLON-ALARM";
/// The reminder that an alarm of a whole day is, which rings at the hour its TRIGGER says because that
/// is the hour things of whole days are told at here.
pub(super) const TRIGGER: &str = "X-CARILLON-TRIGGER";
const KIND: &str = "X-CARILLON-KIND";
/// Days of notice before a renewal.
const NOTICE: &str = "X-CARILLON-NOTICE";
/// What becomes of runs of a workflow that overlap.
const OVERLAP: &str = "X-CARILLON-OVERLAP";
const GAP: &str = "X-CARILLON-GAP";
const FOLD: &str = "X-CARILLON-FOLD";
const PERSON: &str = "X-CARILLON-PERSON";
/// The zone that stands for the person's own, wherever that is.
const THEIRS: &str = "X-CARILLON-THEIRS";
const SILENT: &str = "X-CARILLON-SILENT";

/// How other programs relate the parts of a series that was parted: each names the first.
const SET: &str = "X-CALENDARSERVER-RECURRENCE-SET";
/// The mark that such a relation is written by us.
const SERIES: &str = "X-CARILLON-SERIES";

/// Says of which series an event is a part, by the UID of its first part.
pub(super) fn relation(first: &str) -> String {
    format!("RELATED-TO;RELTYPE={SET};{SERIES}=TRUE:{}", value::escaped(first))
}

/// Whether a property is such a relation.
pub(super) fn is_relation(property: &Property<'_>) -> bool {
    property.is("RELATED-TO") && property.param(SERIES).is_some()
}

/// The UID of the first part of the series that a component is a part of, if we say so.
pub(super) fn first_part(component: &Component<'_>) -> Option<String> {
    let relation = component.properties.iter().find(|p| is_relation(p))?;
    Some(value::text(relation.value()).trim().to_string())
}

/// The UID of the series that this one follows on, and the original start from which on it does,
/// where Google says so in the name: what it parts from `abc@google.com` on 5 January is
/// `abc_R20260105T090000@google.com`.
pub fn follows_on(uid: &str) -> Option<(String, LocalStart)> {
    let (before, after) = uid.rsplit_once("_R")?;
    let (start, host) = match after.split_once('@') {
        Some((start, host)) => (start, format!("@{host}")),
        None => (after, String::new()),
    };
    let start = LocalStart::parse(start.strip_suffix('Z').unwrap_or(start))?;
    (!before.is_empty()).then(|| (format!("{before}{host}"), start))
}

/// The most occurrences of two days that are compared.
const MOST_NEAR: usize = 200;

/// Whether a property is one of ours.
pub(super) fn is_ours(name: &str) -> bool {
    name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Whether a property says that the event is over with: done or called off.
pub(super) fn says_over(property: &Property<'_>) -> bool {
    let value = property.value().trim();
    let is_over = |word: &str| value.eq_ignore_ascii_case(word);
    (property.is("STATUS") && (is_over("CANCELLED") || is_over("COMPLETED")))
        || property.is("COMPLETED")
        || (property.is("PERCENT-COMPLETE") && value == "100")
}

/// A rule for programs that know RFC 5545 and no more: without SKIP where that can be said
/// otherwise, and with an UNTIL of the form that goes with the start.
pub(super) fn plain(rule: &Rule, start: DateTime, zone: Option<&TimeZone>, all_day: bool) -> Rule {
    let lowered = rule.without_skip(start).unwrap_or_else(|| rule.clone());
    let Some(until) = lowered.until() else { return lowered };
    let last = |until| match until {
        Until::Date(date) => date.at(23, 59, 59, 0),
        Until::Local(at) | Until::Utc(at) => at,
    };
    let fitting = match (until, zone) {
        (Until::Utc(_), Some(_)) => until,
        (until, Some(zone)) => {
            let at = instant(LocalStart { at: last(until), fold: true }, zone).0;
            Until::Utc(TimeZone::UTC.to_datetime(at))
        }
        (until, None) if all_day => Until::Date(last(until).date()),
        (until, None) => Until::Local(last(until)),
    };
    lowered.with_until(Some(fitting))
}

/// What a rule of a file is taken for: with an end in UTC as what clocks show then, so that its last
/// occurrence stays its last when newer zone data has other clocks there. Written, it is the same.
pub(super) fn as_meant(
    rule: &Rule,
    start: DateTime,
    zone: Option<&TimeZone>,
    all_day: bool,
) -> Rule {
    let (Some(Until::Utc(_)), Some(zone), false) = (rule.until(), zone, all_day) else {
        return rule.clone();
    };
    let local = rule.as_read_in(zone);
    let Some(Until::Local(end)) = local.until() else { return rule.clone() };
    // Next to a gap or a fold the one may have an occurrence more than the other.
    let near = |rule: &Rule| -> Vec<DateTime> {
        let series = Series::new(start, vec![rule.clone()]);
        let from = series.from(shift(end, -2, 0), Some(zone));
        from.take(MOST_NEAR).collect()
    };
    let (by_utc, by_wall) = (near(rule), near(&local));
    let is_same = plain(&local, start, Some(zone), false).until() == rule.until()
        && by_utc.len() < MOST_NEAR
        && by_utc == by_wall;
    if is_same { local } else { rule.clone() }
}

/// Writes what only we understand of an event besides its rules.
pub(super) fn write(line: &mut dyn FnMut(&str), out: &Outgoing<'_>, kept: &Component<'_>) {
    let event = out.event;
    if let Some(uid) = out.person {
        line(&format!("{PERSON}:{}", value::escaped(uid)));
        if let Some(Tie::Theirs(zone)) = event.ties().find(|tie| matches!(tie, Tie::Theirs(_))) {
            line(&format!("{THEIRS}:{zone}"));
        }
    }
    let kind = event.kind.code();
    if kind != usual_kind(event) {
        line(&format!("{KIND}:{kind}"));
    }
    if event.notice > 0 {
        line(&format!("{NOTICE}:{}", event.notice));
    }
    if event.overlap != Overlap::Allow {
        line(&format!("{OVERLAP}:{}", event.overlap));
    }
    let timing = &event.timing;
    if timing.gap == Gap::Skip {
        line(&format!("{GAP}:skip"));
    }
    let zone = timing.tie.zone().map_or_else(String::new, |name| format!(";X-ZONE=\"{name}\""));
    match timing.fold {
        Fold::First => {}
        Fold::Second => line(&format!("{FOLD}{zone}:second")),
        Fold::Both => line(&format!("{FOLD}:both")),
    }
    let says_so = kept.properties.iter().any(says_over);
    if !event.enabled && !says_so {
        line(&format!("{SILENT}:TRUE"));
    }
}

/// The kind that the reader takes a component for that says nothing about it.
fn usual_kind(event: &Event) -> &'static str {
    let length = event.timing.length;
    match event.kind.code() {
        "deadline" => "deadline",
        _ if (length.days, length.seconds) == (0, 0) => "note",
        _ => "appointment",
    }
}

/// The reminder that an alarm of ours on a date is, if nobody changed when it rings.
pub(super) fn exact_trigger(
    alarm: &Component<'_>,
    is_task: bool,
    all_day: bool,
) -> Option<Trigger> {
    let exact = alarm.get(TRIGGER)?;
    let hour = exact.param("X-HOUR")?.parse().ok().filter(|hour| (0..24).contains(hour))?;
    let trigger = exact.value().trim().parse().ok()?;
    let (from_end, seconds) = write_alarm::at_hour(trigger, is_task, all_day, hour)?;
    let said = alarm.get("TRIGGER")?;
    let of_end = said.param("RELATED").is_some_and(|r| r.eq_ignore_ascii_case("END"));
    let (days, rest) = value::duration(said.value())?;
    ((of_end, days * 86_400 + rest) == (from_end, seconds)).then_some(trigger)
}

fn has_reminders(draft: &EventDraft) -> bool {
    draft.reminders.as_ref().is_some_and(|list| !list.is_empty())
}

impl Reader<'_> {
    /// The rule that is meant, if this RRULE is one of ours that nobody changed since.
    pub fn exact_rule(component: &Component<'_>, rule: &Rule, start: &Moment) -> Option<Rule> {
        let mut exact = component.all(RULE).filter_map(|p| Rule::parse(p.value().trim()).ok());
        let said = rule.to_string();
        exact.find(|e| plain(e, start.local.at, start.zone(), start.is_date()).to_string() == said)
    }

    /// Whether an event of ours is silent.
    pub fn is_silent(component: &Component<'_>) -> bool {
        component.says(SILENT, "TRUE")
    }

    /// The start in its own zone, where only UTC could tell the second of two equal wall times.
    pub fn exact_start(&self, component: &Component<'_>, start: Moment) -> Moment {
        let Some(fold) = component.get(FOLD).filter(|p| p.value().trim() == "second") else {
            return start;
        };
        let (Tied::Zone(name, utc), Some(zone)) = (&start.tie, fold.param("X-ZONE")) else {
            return start;
        };
        if *name != ZoneName::utc() {
            return start;
        }
        let Ok(name) = self.ctx.zones.check(zone) else { return start };
        let zone = self.ctx.zones.zone(&name).0;
        let local = zone.to_datetime(instant(start.local, utc).0);
        Moment { local: LocalStart::first(local), tie: Tied::Zone(name, zone) }
    }

    /// Whom an event of ours is of, and the kind it has then.
    pub fn of_person(component: &Component<'_>) -> Option<OfPerson> {
        let person = value::text(component.get(PERSON)?.value()).trim().to_string();
        let kind = component.get(KIND).and_then(|p| p.value().trim().parse::<KindRef>().ok());
        let kind = kind.filter(|kind| kind.is_of_person()).map(|kind| kind.code().into());
        let own_zone = component.get(THEIRS).map(|p| p.value().trim().to_string());
        Some(OfPerson { person, kind, own_zone })
    }

    /// Takes over what stands in our own properties, besides rules.
    pub fn exact(&mut self, component: &Component<'_>, draft: &mut EventDraft) {
        let said = |name: &str| component.get(name).map(|p| p.value().trim().to_string());
        if let Some(kind) = said(KIND) {
            match kind.parse::<KindRef>() {
                Ok(kind) if kind.is_for_programs() && has_reminders(draft) => {
                    let text = format!("a {kind} has no alarms: it is imported as {}", draft.kind);
                    self.remarks.add(component.line, text);
                }
                Ok(kind) if !kind.is_of_person() && draft.kind != "deadline" => {
                    draft.kind = kind.code().into();
                    if kind.is_for_programs() {
                        draft.reminders = Some(Vec::new());
                    }
                    let notice = said(NOTICE).and_then(|n| n.parse().ok());
                    draft.notice = notice.filter(|_| kind.has_notice()).unwrap_or_default();
                    let overlap = said(OVERLAP).filter(|_| kind.is_for_programs());
                    let overlap = overlap.filter(|text| text.parse::<Overlap>().is_ok());
                    draft.overlap = overlap.unwrap_or_default();
                }
                Ok(_) => {}
                Err(e) => {
                    let text = format!("{}: it is imported as {}", shown(&e), draft.kind);
                    self.remarks.add(component.line, text);
                }
            }
        }
        draft.gap = said(GAP).filter(|gap| gap == "skip").unwrap_or_default();
        let fold = said(FOLD).filter(|fold| fold == "second" || fold == "both");
        draft.fold = fold.unwrap_or_default();
        let cancelled = component.all(CANCELLED).flat_map(|p| p.value().split(',')).map(str::trim);
        for text in cancelled.take(10_000) {
            // The second of two equal wall times is the same EXDATE as the first.
            let plain = text.trim_end_matches("+fold");
            let Some(at) = draft.exdates.iter().position(|d| d == plain) else { continue };
            draft.exdates.remove(at);
            draft.overrides.retain(|o| o.original != text);
            let original = text.to_string();
            draft.overrides.push(OverrideDraft {
                original,
                cancelled: true,
                ..OverrideDraft::default()
            });
        }
        draft.overrides.sort_by(|a, b| a.original.cmp(&b.original));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn google_names_what_follows_on_a_series_after_it() {
        for (uid, first) in [
            ("abc_R20260105T090000@google.com", Some("abc@google.com")),
            ("abc_R20260105@google.com", Some("abc@google.com")),
            ("abc_R20260105T090000Z", Some("abc")),
            ("abc_R20260105T090000", Some("abc")),
            ("abc_R2026@google.com", None),
            ("abc_Rome@google.com", None),
            ("_R20260105@google.com", None),
            ("abc@google.com", None),
        ] {
            assert_eq!(follows_on(uid).map(|(first, _)| first).as_deref(), first, "{uid}");
        }
    }
}
