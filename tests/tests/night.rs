//! A night: the service is off over a change of the clocks, with daily, weekly and one-shot
//! events of each kind. What the two fields (use-by and collapse) say is what happens.

use acceptance::world::{World, draft, reminders};
use calendar::{draft::EventDraft, policy::LeapDay};
use engine::people::SavePerson;

const BERLIN: &str = "Europe/Berlin";

fn repeating(rule: &str, draft: EventDraft) -> EventDraft {
    EventDraft { rules: vec![rule.into()], ..draft }
}

/// Friday evening before clocks go back in Berlin (25 October 2026, 03:00 → 02:00). Of each kind
/// there are daily, weekly and one-shot ones, and plain all-day ones as well; birthdays, which
/// are of a date in the year, are of two people.
fn friday() -> World {
    let mut world = World::at("2026-10-23T18:00[Europe/Berlin]");
    for (rule, kind, title, start) in [
        ("DAILY", "appointment", "Stand-up", "20261023T083000"),
        ("WEEKLY", "appointment", "Choir", "20261018T100000"),
        ("WEEKLY", "appointment", "Planning", "20261019T080000"),
        ("", "appointment", "Cinema", "20261024T200000"),
        ("DAILY", "note", "Vitamins", "20261023T023000"),
        ("WEEKLY", "note", "Bins", "20261018T200000"),
        ("", "note", "Call Ana", "20261024T120000"),
        ("DAILY", "deadline", "Diary", "20261023T230000"),
        ("WEEKLY", "deadline", "Time sheet", "20261018T120000"),
        ("WEEKLY", "deadline", "Report", "20261019T200000"),
        ("", "deadline", "Tax return", "20261025T235900"),
        ("", "deadline", "Ticket sale", "20261024T100000"),
        ("", "deadline", "Form", "20261026T120000"),
        ("DAILY", "appointment", "Holidays", "20261022"),
        ("WEEKLY", "appointment", "Market day", "20261018"),
        ("", "appointment", "Moving house", "20261024"),
        ("", "appointment", "Trade fair", "20261026"),
        ("", "note", "Clocks go back", "20261025"),
        ("", "deadline", "Rent", "20261025"),
    ] {
        // A date is the same wherever one is.
        let draft = draft(kind, title, start, start.contains('T').then_some(BERLIN));
        let rules = if rule.is_empty() { vec![] } else { vec![format!("FREQ={rule}")] };
        world.add(EventDraft { rules, ..draft });
    }
    for (name, zone, birthday) in
        [("Ana", "Europe/Lisbon", "1990-10-26"), ("Bo", BERLIN, "1990-10-24")]
    {
        let person = SavePerson {
            name: name.into(),
            zone: Some(zone.into()),
            birthday: Some(birthday.into()),
            ..SavePerson::default()
        };
        world.engine().save_person(&person, None).expect("a person");
    }
    world.run();
    world
}

#[test]
fn after_a_weekend_off_each_is_told_once_or_said_to_be_missed() {
    let mut world = friday();
    world.wait_until("2026-10-23T18:10");
    world.kill();
    let told_before = world.sent.len();
    world.jump_to("2026-10-26T08:25");
    world.start();
    let rows = world.rows();
    let past = rows.lines().take_while(|line| !line.contains(" scheduled "));
    let past: Vec<&str> = past.filter(|line| !line.contains("skipped.past_when_saved")).collect();
    assert_eq!(past, NIGHT, "{rows}");
    assert_eq!(world.sent.len() - told_before, 1, "one digest: {:?}", world.sent);
    // Titles are set apart, so that one from right to left does not change places with its time.
    assert_eq!(world.sent[told_before].text.replace(['\u{2068}', '\u{2069}'], "|"), DIGEST);
    // In the inbox is what was told and what was missed, and nothing else.
    let inbox = world.inbox();
    let mut inbox: Vec<&str> = inbox.lines().collect();
    assert_eq!(inbox.first(), NIGHT.last());
    let mut waiting = NIGHT.to_vec();
    waiting.retain(|line| !line.contains(" coalesced "));
    inbox.sort_unstable();
    waiting.sort_unstable();
    assert_eq!(inbox, waiting);
    // What lay ahead is on time: Ana's birthday at 09:00 in Lisbon, which is 10:00 here.
    world.wait_until("2026-10-26T11:00");
    let rows = world.rows();
    for line in [
        "Mon 26 09:00 completed told.on_time Trade fair",
        "Mon 26 09:00 completed told.on_time Holidays",
        "Mon 26 10:00 completed told.on_time Ana’s birthday",
        "Mon 26 11:00 completed told.on_time Form",
    ] {
        assert!(rows.contains(line), "missing: {line}\nin:\n{rows}");
    }
}

/// What becomes of each.
const NIGHT: [&str; 32] = [
    // Of a task each reminder is told for which its deadline is still ahead: none here.
    "Fri 23 22:00 expired expired.deadline Diary",
    "Fri 23 23:00 expired expired.deadline Diary",
    // Of a recurring note only the latest is told.
    "Sat 24 02:30 coalesced coalesced.latest Vitamins",
    // Daily appointments of the past days are over.
    "Sat 24 08:20 expired expired.event_over Stand-up",
    "Sat 24 09:00 expired expired.deadline Ticket sale",
    // So are days, and birthdays.
    "Sat 24 09:00 expired expired.event_over Holidays",
    "Sat 24 09:00 expired expired.event_over Moving house",
    "Sat 24 09:00 expired expired.deadline Rent",
    "Sat 24 09:00 expired expired.event_over Bo’s birthday",
    // A one-shot note waits for ever.
    "Sat 24 12:00 completed told.in_digest Call Ana",
    "Sat 24 12:00 expired expired.deadline Time sheet",
    "Sat 24 19:50 expired expired.event_over Cinema",
    "Sat 24 22:00 expired expired.deadline Diary",
    "Sat 24 23:00 expired expired.deadline Diary",
    "Sat 24 23:59 expired expired.deadline Tax return",
    "Sun 25 02:30 coalesced coalesced.latest Vitamins",
    "Sun 25 08:20 expired expired.event_over Stand-up",
    "Sun 25 09:00 expired expired.event_over Holidays",
    "Sun 25 09:00 expired expired.event_over Market day",
    // Also one on a day.
    "Sun 25 09:00 completed told.in_digest Clocks go back",
    "Sun 25 09:00 expired expired.deadline Rent",
    "Sun 25 09:50 expired expired.event_over Choir",
    "Sun 25 11:00 expired expired.deadline Time sheet",
    // Tasks of today.
    "Sun 25 12:00 completed told.in_digest Form",
    // A weekly note whose one moment passed is told.
    "Sun 25 20:00 completed told.in_digest Bins",
    "Sun 25 20:00 completed told.in_digest Report",
    "Sun 25 22:00 expired expired.deadline Diary",
    "Sun 25 22:59 expired expired.deadline Tax return",
    "Sun 25 23:00 completed told.in_digest Diary",
    "Mon 26 02:30 completed told.in_digest Vitamins",
    // Appointments that have not ended: one goes on, one is ahead.
    "Mon 26 07:50 completed told.in_digest Planning",
    "Mon 26 08:20 completed told.in_digest Stand-up",
];

/// And how that is said.
const DIGEST: &str = "While you were away, Fri 18:00 to Mon 08:25: 9 reminders, 21 missed
Sat 24 Oct, 12:00 · |Call Ana|
Sun 25 Oct · |Clocks go back|
12:00 · |Form|
Sun 25 Oct, 20:00 · |Bins|
20:00 · |Report|
23:00 · |Diary|
and 3 more in the inbox
Missed tasks: |Diary|, |Ticket sale|, |Rent|, |Time sheet| and 1 more
Missed: |Stand-up|, |Holidays|, |Moving house|, |Bo’s birthday| and 3 more";

#[test]
fn a_digest_says_how_many_were_missed_in_that_absence() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    for n in 0..5 {
        world.add(draft("appointment", &format!("A{n}"), "20261123T100000", None));
        if n < 4 {
            world.add(draft("note", &format!("N{n}"), "20261123T100000", None));
        }
    }
    world.kill();
    world.jump_to("2026-11-23T20:00");
    world.start();
    let first = world.titles().pop();
    let words = "While you were away, 08:00 to 20:00: 4 reminders, 5 missed";
    assert_eq!((world.sent.len(), first.as_deref()), (1, Some(words)));
    let named = "\nMissed: \u{2068}A0\u{2069}, \u{2068}A1\u{2069}, \u{2068}A2\u{2069}, \u{2068}A3\u{2069} and 1 more";
    assert!(world.sent[0].text.ends_with(named), "{:?}", world.sent);
    // The next absence tells of its own time only.
    for n in 0..4 {
        world.add(draft("note", &format!("M{n}"), "20261123T210000", None));
    }
    world.add(draft("deadline", "Post", "20261123T223000", None));
    world.wait_until("2026-11-23T20:30");
    world.jump_to("2026-11-23T23:00");
    world.run();
    let text = world.sent.last().expect("sent").text.as_str();
    assert!(
        text.starts_with("While you were away, 20:30 to 23:00: 4 reminders, 1 missed"),
        "{text}"
    );
    assert!(text.ends_with("\nMissed task: \u{2068}Post\u{2069}"), "{text}");
}

#[test]
fn a_restart_changes_nothing_more() {
    let mut world = friday();
    world.kill();
    world.jump_to("2026-10-26T08:25");
    world.start();
    let (rows, sent) = (world.all_rows(), world.sent.len());
    for _ in 0..3 {
        world.kill();
        world.start();
    }
    assert_eq!(world.all_rows(), rows);
    assert_eq!(world.sent.len(), sent);
}

#[test]
fn asleep_or_off_the_result_is_the_same() {
    let mut off = friday();
    off.kill();
    off.jump_to("2026-10-26T08:25");
    off.start();
    let mut asleep = friday();
    asleep.jump_to("2026-10-26T08:25");
    asleep.run();
    let states = |world: &World| {
        let rows = world.deliveries();
        rows.iter()
            .map(|l| format!("{} {} {}", l.row.key.len(), l.title, l.row.facts.state))
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&off), states(&asleep));
}

#[test]
fn a_reminder_in_the_hour_that_comes_twice_rings_once_and_in_the_missing_hour_once() {
    for (from, until) in
        [("2026-10-24T12:00", "2026-10-26T12:00"), ("2027-03-27T12:00", "2027-03-29T12:00")]
    {
        let mut world = World::at(&format!("{from}[Europe/Berlin]"));
        let start = format!("{}T023000", from[..10].replace('-', ""));
        world.add(repeating("FREQ=DAILY", draft("note", "Vitamins", &start, Some(BERLIN))));
        world.wait_until(until);
        assert_eq!(world.sent.len(), 2, "{}", world.rows());
    }
}

#[test]
fn a_late_one_says_how_late_and_why() {
    let mut world = World::at("2026-11-23T21:00[Europe/Berlin]");
    world.add(draft("note", "Oven", "20261123T221500", Some(BERLIN)));
    world.wait_until("2026-11-23T22:10");
    world.jump_to("2026-11-24T07:03");
    world.run();
    assert_eq!(world.rows(), "Mon 23 22:15 completed late.asleep Oven");
    let text = &world.sent[0].text;
    assert!(text.contains(" · 8 h ago, told late"), "{text}");
    assert!(text.contains("told late: the computer was asleep 22:10 to 07:03"), "{text}");
}

#[test]
fn clocks_set_back_tell_nothing_twice_and_nothing_waits_for_the_false_future() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(repeating("FREQ=DAILY", draft("note", "Pill", "20261123T100000", Some(BERLIN))));
    world.wait_until("2026-11-23T10:30");
    assert_eq!(world.sent.len(), 1);
    // A wrong clock a month ahead, then right again.
    world.jump_to("2026-12-23T09:00");
    world.run();
    world.jump_to("2026-11-23T10:31");
    world.run();
    let sent = world.sent.len();
    world.wait_until("2026-11-25T12:00");
    assert_eq!(world.sent.len(), sent + 2, "{}", world.rows());
}

#[test]
fn a_birthday_is_told_once_a_year_through_corrections() {
    let mut world = World::at("2027-02-27T08:00[Europe/Berlin]");
    let person = |id, date: &str, leap: &str| SavePerson {
        id,
        name: "Leo".into(),
        birthday: Some(date.into()),
        leap_day: Some(leap.into()),
        ..SavePerson::default()
    };
    let id = world
        .engine()
        .save_person(&person(None, "2000-02-29", LeapDay::Backward.code()), None)
        .expect("Leo");
    let id = Some(id.id.parse().expect("an id"));
    world.wait_until("2027-02-28T12:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    // Corrected after it was told: not again this year.
    world.engine().save_person(&person(id, "2000-03-02", "backward"), None).expect("corrected");
    world.wait_until("2027-03-05T12:00");
    assert_eq!(world.sent.len(), 1, "{}", world.rows());
    world.wait_until("2028-03-05T12:00");
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
}

#[test]
fn nothing_is_told_at_or_after_a_deadline() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let task = EventDraft {
        reminders: reminders(&["-PT1H", "-PT1M"]),
        ..draft("deadline", "Offer", "20261123T120000", Some(BERLIN))
    };
    world.add(task);
    world.kill();
    world.jump_to("2026-11-23T12:00");
    world.start();
    assert!(world.sent.is_empty(), "{}", world.rows());
    assert_eq!(world.rows().matches("expired expired.deadline").count(), 2, "{}", world.rows());
}

#[test]
fn a_wrong_clock_takes_no_reminder_away_that_is_still_ahead() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("appointment", "Dentist", "20261124T100000", Some(BERLIN)));
    world.add(repeating(
        "FREQ=DAILY",
        draft("appointment", "Stand-up", "20261123T120000", Some(BERLIN)),
    ));
    world.jump_to("2026-12-24T15:00");
    world.run();
    assert!(
        world.rows().contains("Tue 24 09:50 expired expired.event_over Dentist"),
        "{}",
        world.rows()
    );
    world.jump_to("2026-11-23T09:01");
    world.run();
    world.wait_until("2026-11-24T13:00");
    let told = world.sent.iter().map(|s| s.text.lines().next().unwrap_or("")).collect::<Vec<_>>();
    assert_eq!(told, ["Stand-up", "Dentist", "Stand-up"], "{}", world.rows());
}

#[test]
fn thousands_of_missed_ticks_are_one_reminder() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(repeating("FREQ=MINUTELY", draft("note", "Tick", "20261123T093000", Some(BERLIN))));
    world.kill();
    world.jump_to("2026-11-26T09:30");
    world.start();
    assert_eq!(world.sent.len(), 1, "{:?}", world.titles());
    assert_eq!(world.sent[0].rows, 1);
    let told = world.engine().inbox().expect("inbox").rows;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].row.facts.due, world.now());
}

#[test]
fn an_hour_without_anybody_to_hand_it_to_burns_few_tries() {
    use engine::courier::{Handover, Unavailable};
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.answer(Handover::Unavailable(Unavailable::Offline));
    world.add(draft("note", "Call Ana", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T10:30");
    assert!((5..=70).contains(&world.sent.len()), "{} tries", world.sent.len());
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T10:50");
    assert_eq!(world.rows(), "Mon 23 09:30 completed late.held Call Ana");
}

#[test]
fn a_changed_policy_holds_for_what_is_planned_already() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let pill = repeating("FREQ=HOURLY", draft("note", "Pill", "20261123T080000", Some(BERLIN)));
    let id = world.add(pill);
    let mut changed = world.draft(id);
    for reminder in changed.reminders.iter_mut().flatten() {
        reminder.collapse = Some("each".into());
    }
    world.save(Some(id), changed);
    world.kill();
    world.jump_to("2026-11-23T10:30");
    world.start();
    assert_eq!(world.engine().inbox().expect("inbox").rows.len(), 3, "{}", world.rows());
}
