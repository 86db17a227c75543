//! Aim: each command answers people in words they can use, and programs in the shapes they were
//! promised.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use std::path::Path;

use jiff::Zoned;
use kit::{Desk, Said};
use serde_json::{Value, json};

/// The names of an object's fields, in alphabetical order.
fn fields(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Checks that all of these are there; more may be.
fn has(value: &Value, wanted: &str) {
    let there = fields(value);
    for field in wanted.split(' ') {
        assert!(there.contains(&field), "{field} is not in {there:?}");
    }
}

/// What `add` says of start, zone and the first of the next dates.
fn placed(line: &str) -> (Value, Value, Value) {
    let added = Desk::new().line(&format!("add --json {line}")).json();
    (added["start"].clone(), added["zone"].clone(), added["next"][0].clone())
}

#[test]
fn times_are_taken_as_they_are_meant() {
    let berlin = "2031-05-01T09:00:00+02:00[Europe/Berlin]";
    let lisbon = "2031-05-01T09:00:00+01:00[Europe/Lisbon]";
    for (line, start, zone, next) in [
        ("A --at 2031-05-01T09:00", berlin, json!("Europe/Berlin"), berlin),
        ("A --at 2031-05-01T07:00:00Z", berlin, json!("Europe/Berlin"), berlin),
        ("A --at 2031-05-01T09:00 --zone Europe/Lisbon", lisbon, json!("Europe/Lisbon"), lisbon),
        ("A --at 2031-05-01T09:00[Europe/Lisbon]", lisbon, json!("Europe/Lisbon"), lisbon),
        ("A --at 2031-05-01T09:00 --floating", "2031-05-01T09:00:00", Value::Null, berlin),
        ("A --at 2031-05-01", "2031-05-01", Value::Null, "2031-05-01"),
    ] {
        assert_eq!(placed(line), (json!(start), zone, json!(next)), "{line}");
    }
}

#[test]
fn a_line_of_cron_becomes_a_start_and_a_rule() {
    for (line, start, rrule) in [
        (
            "A --cron 0~9~*~*~1-5 --at 2031-05-03",
            "2031-05-05T09:00:00+02:00[Europe/Berlin]",
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        ),
        (
            "A --cron */15~*~*~*~* --at 2031-05-01T09:01 --zone Europe/Lisbon",
            "2031-05-01T09:15:00+01:00[Europe/Lisbon]",
            "FREQ=HOURLY;BYMINUTE=0,15,30,45",
        ),
        (
            "A --cron @monthly --at 2031-05-02T00:00 --floating",
            "2031-06-01T00:00:00",
            "FREQ=MONTHLY;BYMONTHDAY=1",
        ),
    ] {
        let added = Desk::new().line(&format!("add --json {line}")).json();
        assert_eq!((&added["start"], &added["rrule"]), (&json!(start), &json!(rrule)), "{line}");
    }
    // From now on, where nothing else is said: what is past would be refused.
    let added = Desk::new().line("add --json A --cron 0~*~*~*~*").json();
    let start: Zoned = added["start"].as_str().expect("a start").parse().expect("a time");
    assert_eq!((start.minute(), start.second()), (0, 0), "{start}");
}

/// Every planned moment and channel of an event, as `deliveries` tells them.
fn planned(desk: &Desk, line: &str) -> Vec<String> {
    let id = desk.add(line);
    let rows = desk.line(&format!("deliveries --json --event {id}")).json();
    let row = |row: &Value| {
        format!(
            "{} {}",
            row["due"].as_str().expect("due"),
            row["channel"].as_str().expect("channel")
        )
    };
    rows.as_array().expect("rows").iter().map(row).collect()
}

#[test]
fn reminders_are_the_kinds_or_what_was_said_through_each_channel() {
    let desk = Desk::new();
    desk.line("channel add webhook hook http://127.0.0.1:9/ --network loopback").done();
    for (line, wanted) in [
        ("A --at 2031-01-02T09:00", "2031-01-02T07:50:00Z desktop"),
        ("A --kind note --at 2031-01-02T09:00", "2031-01-02T08:00:00Z desktop"),
        (
            "A --deadline 2031-01-02T09:00",
            "2031-01-01T08:00:00Z desktop, 2031-01-02T07:00:00Z desktop",
        ),
        ("A --at 2031-01-02", "2031-01-02T08:00:00Z desktop"),
        ("A --deadline 2031-01-02", "2031-01-01T08:00:00Z desktop, 2031-01-02T08:00:00Z desktop"),
        (
            "A --at 2031-01-02T09:00 --remind 1h --remind +5m",
            "2031-01-02T07:00:00Z desktop, 2031-01-02T08:05:00Z desktop",
        ),
        ("A --at 2031-01-02T09:00 --remind @2031-01-01T18:00", "2031-01-01T17:00:00Z desktop"),
        ("A --at 2031-01-02T09:00 --remind @2031-01-01", "2031-01-01T08:00:00Z desktop"),
        ("A --at 2031-01-02T09:00 --remind none", ""),
        (
            "A --at 2031-01-02T09:00 --channel desktop --channel hook",
            "2031-01-02T07:50:00Z desktop, 2031-01-02T07:50:00Z hook",
        ),
        ("A --at 2031-01-02T09:00 --use-by none --collapse each:3", "2031-01-02T07:50:00Z desktop"),
    ] {
        let mut found = planned(&desk, line);
        found.sort();
        assert_eq!(found.join(", "), wanted, "{line}");
    }
}

#[test]
fn a_new_event_is_shown_with_its_next_dates_and_what_passed() {
    let desk = Desk::new();
    let said = desk.line("add Lunch --at 2031-11-25T12:00 --zone Europe/Lisbon --rrule FREQ=WEEKLY;INTERVAL=2;COUNT=2 --place Here");
    let text = said.done();
    for part in [
        "Added “Lunch”: evt_",
        "when     Tue 25 Nov 2031, 12:00 (Europe/Lisbon), for 1 h",
        "told     10 min before, on desktop",
        "next     Tue 25 Nov 2031, 12:00 (Europe/Lisbon) (13:00 here)\n           Tue 9 Dec 2031, 12:00 (Europe/Lisbon) (13:00 here)\n",
        "place    Here",
        "No service is running",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let over = desk.line("add Old --at 2020-01-01T09:00 --rrule FREQ=DAILY;COUNT=2");
    assert!(over.refused(2).contains("is in the past"), "{over:?}");
    for at in ["2020-01-01T09:00", "2020-01-01"] {
        let said = desk.line(&format!("add Since~long --at {at} --rrule FREQ=DAILY"));
        assert!(said.done().contains("next "), "turns are to come: {said:?}");
    }
    let said = desk.line("add --past Old --at 2020-01-01T09:00 --rrule FREQ=DAILY;COUNT=2");
    assert!(said.done().contains("never again"), "{said:?}");
    // An event that goes on: its reminder has passed, it has not.
    let said = desk.line("add --past Long --at 2020-01-01T09:00 --for 3660d");
    assert!(
        said.done()
            .contains("10 min before has already passed (Wed 1 Jan 2020, 08:50 (Europe/Berlin))."),
        "{said:?}"
    );
}

#[test]
fn a_time_that_clocks_skip_is_said_to_be_shifted() {
    let desk = Desk::new();
    let note = "02:30 is skipped on Sun 30 Mar 2031 in Europe/Berlin, where clocks go forward: 03:30 is taken instead";
    let said = desk.line("add Gap --at 2031-03-30T02:30");
    assert!(said.done().contains(&format!("{note}.\n")), "{said:?}");
    let added = desk.line("add --json Gap --at 2031-03-30T02:30 --floating").json();
    assert_eq!(added["remarks"], json!([note]));
    let added = desk.line("add --json Plain --at 2031-03-30T03:30").json();
    assert_eq!(added["remarks"], json!([]));
}

#[test]
fn of_a_time_that_comes_twice_it_is_said_which_is_taken() {
    let desk = Desk::new();
    let remarks =
        |line: &str| desk.line(&format!("add --json {line}")).json()["remarks"].to_string();
    let twice = "01:30 comes twice on Sun 31 Oct 2027 in Europe/Lisbon, where clocks go back:";
    let second = "2027-10-31T01:30:00+00:00[Europe/Lisbon]";
    let said = remarks("Fold --at 2027-10-31T01:30 --zone Europe/Lisbon");
    let first = format!("{twice} the first is taken, and the second is written {second}");
    assert_eq!(said, json!([first]).to_string());
    let said = remarks(&format!("Fold --at {second}"));
    assert_eq!(said, json!([format!("{twice} the second is taken")]).to_string());
    let said = remarks("Fold --at 2027-10-31T02:30 --floating");
    assert!(said.contains("02:30 comes twice") && said.contains("the first is taken\""), "{said}");
}

#[test]
fn deliveries_are_asked_for_by_the_words_they_are_shown_with() {
    let desk = Desk::new();
    desk.add("Lunch --at 2031-11-25T12:00");
    let count = |state: &str| {
        let rows = desk.run(["deliveries", "--json", "--state", state]).json();
        rows.as_array().expect("rows").len()
    };
    assert_eq!((count("scheduled"), count("told"), count("completed")), (1, 0, 0));
    for word in ["missed", "failed", "waiting", "being sent", "please check", "retrying", "skipped"]
    {
        assert_eq!(count(word), 0, "{word}");
    }
}

#[test]
fn the_end_of_a_series_is_said_in_its_zone() {
    let desk = Desk::new();
    let said = desk.line("add A --at 2031-01-01T09:00 --rrule FREQ=DAILY;UNTIL=20310105T080000Z");
    assert!(said.done().contains("every day, until 5 January 2031 at 09:00\n"), "{said:?}");
}

#[test]
fn programs_get_the_shapes_they_were_promised() {
    let desk = Desk::new();
    let id =
        desk.add("Lunch --at 2031-11-25T12:00 --zone Europe/Lisbon --rrule FREQ=DAILY;COUNT=2");
    let shown = desk.line(&format!("show --json {id}")).json();
    has(&shown, "id title kind zone start rrule next reminders version");
    assert_eq!(shown["rrule"], "FREQ=DAILY;COUNT=2");
    let list = desk.line("list --json --from 2031-11-26 --to 2031-11-27").json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "half open: {list}");
    has(&list[0], "event title start end all_day calendar state");
    assert_eq!(list[0]["start"], "2031-11-26T12:00:00+00:00[Europe/Lisbon]");
    assert_eq!(
        (&list[0]["state"], &list[0]["calendar"]),
        (&json!("scheduled"), &json!("Personal"))
    );
    let next = desk.line("next --json -n 2").json();
    has(&next[0], "delivery event title channel due");
    assert_eq!(
        (&next[0]["due"], &next[1]["delivery"]),
        (&json!("2031-11-25T11:50:00Z"), &Value::Null)
    );
    let rows = desk.line("deliveries --json").json();
    has(&rows[0], "id key event title channel state due told late_ms reason attempts");
    assert_eq!(rows[0]["told"], Value::Null);
    let why = desk.run(["why", "--json", rows[0]["key"].as_str().expect("a key")]).json();
    has(&why, "delivery transitions attempts");
    assert_eq!(why["delivery"]["id"], rows[0]["id"]);
    has(&why["transitions"][0], "at from to actor reason");
    assert_eq!(
        (&why["transitions"][0]["from"], &why["transitions"][0]["actor"]),
        (&Value::Null, &json!("cli"))
    );
    let hook = desk.line("channel add webhook hook https://example.org/h --json").json();
    has(&hook, "id name url network secret");
    assert!(hook["secret"].as_str().expect("a secret").starts_with("whsec_"));
    let listed = desk.line("channel list");
    assert!(!listed.done().contains("whsec_"), "a secret is shown once");
    let dashed = desk.line("channel add webhook -- -x https://example.org/");
    assert!(dashed.refused(2).contains("begins like an option of a command"), "{dashed:?}");
    desk.line("channel add webhook chat https://example.org/hooks/canary").done();
    let listed = desk.line("channel list").done().to_string();
    assert!(listed.contains("https://example.org/hooks/… (") && !listed.contains("canary"));
    assert!(desk.line("channel list --json").done().contains("/hooks/canary"));
    let rotated = desk.line("channel rotate hook --json").json();
    has(&rotated, "id name secret old_until");
    assert!(rotated["secret"] != hook["secret"] && rotated["id"] == hook["id"], "{rotated}");
    let said = desk.line("channel rotate hook").done().to_string();
    assert!(said.starts_with("The new secret of hook is whsec_"), "{said}");
    assert!(desk.line("channel rotate desktop").code != 0);
    let doctor = desk.doctor().0;
    has(&doctor, "version ledger zones service notifier lateness_ms");
    has(&doctor["ledger"], "path schema sqlite ok");
    assert_eq!(doctor["zones"]["system_zone"], "Europe/Berlin");
    assert_eq!(doctor["service"], json!({"running": false, "pid": null, "version": null}));
}

#[test]
fn what_would_read_alike_in_next_is_told_apart_and_nothing_else_is() {
    let desk = Desk::new();
    desk.line("calendar add Work").done();
    let next = || desk.line("next").done().to_string();
    desk.add("Pill --kind note --at 2031-11-25T12:00");
    desk.add("Tea --kind note --at 2031-11-25T12:00");
    assert!(next().contains("Pill  ") && next().contains("Tea  "), "{}", next());
    let other = desk.add("Pill --kind note --at 2031-11-25T12:00");
    assert!(next().contains(&format!("Pill (…{})", &other[other.len() - 6..])), "{}", next());
    assert_eq!(next().matches("Pill (…").count(), 2, "{}", next());
    desk.run(["edit", &other, "--calendar", "Work"]).done();
    for part in ["Pill (Work) ", "Pill (Personal) ", "Tea  "] {
        assert!(next().contains(part), "{part}: {}", next());
    }
    desk.run(["edit", &other, "--place", "the pharmacy"]).done();
    assert!(next().contains("Pill (the pharmacy) "), "{}", next());
}

#[test]
fn deleting_says_what_was_cancelled_and_the_ledger_keeps_it() {
    let desk = Desk::new();
    let id = desk.add("Lunch --at 2031-11-25T12:00 --remind 1h --remind 10m");
    assert_eq!(desk.run(["delete", &id]).done(), "Deleted “Lunch”: 2 reminders cancelled.\n");
    assert_eq!(desk.line("next").done(), "Nothing will ring.\n");
    let rows = desk.line("deliveries --json --state cancelled").json();
    assert_eq!(rows[0]["reason"], "cancelled.deleted");
    let story = desk.run(["why", rows[0]["id"].as_str().expect("an id")]);
    for part in
        ["Cancelled: the event was deleted.", "planned from the event, from the command line"]
    {
        assert!(story.done().contains(part), "{story:?}");
    }
    let kept = desk.run(["deliveries", "--json", "--event", &id]).json();
    assert_eq!(kept.as_array().map(Vec::len), Some(2), "the ledger keeps what was deleted");
    assert!(desk.run(["show", &id]).refused(1).contains("there is no event"));
}

#[test]
fn a_list_that_is_cut_short_says_so() {
    let desk = Desk::new();
    desk.add("Drink --kind note --at 2031-01-01T00:00 --zone UTC --rrule FREQ=HOURLY");
    // Two thousand hours are 83 days and 8 hours.
    for (to, more) in [("2031-03-25T08:00Z", false), ("2031-03-25T09:00Z", true)] {
        let line = format!("--from 2031-01-01T00:00Z --to {to}");
        let list = desk.line(&format!("list --json {line}")).json();
        let items = list.as_array().expect("a list");
        assert_eq!((items.len(), &items[0]["more"]), (2_000, &json!(false)));
        assert_eq!(items[1_999]["more"], json!(more), "{to}");
        let said = desk.line(&format!("list {line}"));
        let end = "And more: “Drink” goes on after Tue 25 Mar 2031, 08:00; list what comes then with --from.\n";
        assert_eq!(said.done().contains(end), more, "{said:?}");
    }
}

#[test]
fn a_birthday_comes_every_year_where_the_person_lives() {
    let desk = Desk::new();
    let said = desk.line("person add Ana~Sousa --birthday 1992-02-29 --zone Asia/Tokyo");
    assert!(said.done().contains("told every year at 09:00 in Asia/Tokyo"), "{said:?}");
    let list = desk.line("list --json --from 2031-02-27 --to 2031-03-02").json();
    assert_eq!(
        (&list[0]["title"], &list[0]["start"]),
        (&json!("Ana Sousa’s birthday"), &json!("2031-02-28"))
    );
    let people = desk.line("person list --json").json();
    has(&people[0], "id name zone birthday leap_day");
    assert_eq!(
        desk.line("person delete Ana~Sousa").done(),
        "Deleted Ana Sousa: 1 reminder cancelled.\n"
    );
    assert!(desk.line("person list").done().contains("Nobody is here yet"));
}

#[test]
fn empty_places_are_called_empty() {
    let desk = Desk::new();
    for (line, words) in [
        ("next", "Nothing will ring."),
        ("deliveries", "There is no delivery yet"),
        ("deliveries --state dead", "No delivery is like that."),
        ("list --from 2031-01-01 --to 2031-01-02", "Nothing happens on Wed 1 Jan 2031."),
        ("person list", "Nobody is here yet"),
    ] {
        assert!(desk.line(line).done().contains(words), "{line}");
        assert_eq!(desk.line(&format!("{line} --json")).json(), json!([]), "{line}");
    }
}

#[test]
fn a_start_with_seconds_is_shown_with_them() {
    let desk = Desk::new();
    for (at, shown) in
        [("09:00:18", "09:00:18 (Europe/Berlin)"), ("09:00", "09:00 (Europe/Berlin)")]
    {
        let added = desk.line(&format!("add L --at 2031-05-01T{at}"));
        assert!(added.done().contains(&format!("Thu 1 May 2031, {shown}")), "{added:?}");
    }
    let list = desk.line("list --from 2031-05-01 --to 2031-05-02").done().to_string();
    assert!(list.contains("09:00:18 to 10:00:18") && list.contains(" 09:00 to 10:00"), "{list}");
}

#[test]
fn a_simulation_says_what_it_takes_for_granted_of_endpoints() {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/x --network loopback").done();
    desk.add("Tea --kind note --cron 0~8~*~*~*");
    let granted = "Endpoints are taken to accept each call at once.\n";
    assert!(!desk.line("simulate").done().contains(granted));
    desk.add("Sync --kind note --cron 0~9~*~*~* --channel lamp");
    assert!(desk.line("simulate").done().ends_with(&format!(" told on time\n{granted}")));
}

#[test]
fn the_directory_is_named_by_option_or_environment() {
    let desk = Desk::new();
    let (other, third) = (desk.beside().join("other"), desk.beside().join("third"));
    let added = ["add", "Here", "--at", "2031-01-01T09:00", "--data-dir"];
    desk.run(added.iter().copied().chain(other.to_str())).done();
    let next = |words: &[&str], named: &Path| {
        let mut command = desk.command(words);
        Said::of(command.env("CARILLON_DATA_DIR", named).output().expect("carillon runs"))
    };
    assert!(next(&["next"], &other).done().contains("Here"));
    let by_option = next(&["next", "--data-dir", other.to_str().expect("UTF-8")], &third);
    assert!(by_option.done().contains("Here"));
    assert!(!third.exists());
    assert_eq!(desk.line("next").done(), "Nothing will ring.\n");
    assert!(desk.data().join("carillon.db").exists());
}

#[test]
fn to_look_at_a_named_directory_makes_no_ledger_there() {
    let desk = Desk::new();
    let typo = desk.beside().join("no/such");
    let looks = "list; next; doctor; deliveries; inbox; why dlv_x; undo; resume; quiet; all-day; clock; zones; \
        simulate; export; person list; channel list; calendar list; quick --dry-run gym at 9; \
        import --dry-run x.ics; backup x.db; pause; quiet off; quiet --from 22:00 --to 07:00; all-day 9";
    for line in looks.split("; ") {
        for by in ["--data-dir", "CARILLON_DATA_DIR"] {
            let mut command = desk.command(line.split_whitespace());
            match by {
                "--data-dir" => command.arg("--data-dir").arg(&typo),
                _ => command.env(by, &typo),
            };
            let said = Said::of(command.output().expect("carillon runs"));
            let none = format!("there is no ledger in {}", typo.display());
            assert!(said.refused(1).contains(&none), "{line}: {said:?}");
            assert!(line.starts_with("backup") || said.err.contains(by), "{line}: {said:?}");
            assert!(!typo.exists(), "{line}");
        }
    }
    let mut command = desk.command(["import", "nosuch.ics", "--data-dir"]);
    let said = Said::of(command.arg(&typo).output().expect("carillon runs"));
    assert!(said.refused(1).contains("nosuch.ics could not be read"), "{said:?}");
    assert!(!typo.exists(), "nothing was there to put into it");
    for line in ["add Gym --at 2031-01-01", "channel test desktop", "person add Ana"] {
        let made = desk.beside().join(line.replace(' ', "-"));
        let mut command = desk.command(line.split_whitespace());
        let said = command.env("CARILLON_DATA_DIR", &made).output().expect("carillon runs");
        assert_eq!(Said::of(said).code, 0, "{line}");
        assert!(made.join("carillon.db").exists(), "{line}");
    }
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let desk = Desk::new();
    let manual = desk.line("man");
    for shell in ["bash", "zsh", "fish"] {
        assert!(desk.line(&format!("completions {shell}")).done().contains("occurrences"));
    }
    for part in ["carillon snooze", "carillon channel add webhook", "EXIT STATUS"] {
        assert!(manual.done().contains(part), "{part} is not in the manual");
    }
    assert!(desk.line("--version").done().starts_with("carillon 0."));
    assert!(desk.line("add --help").done().contains("--remind"));
}

#[test]
fn a_clock_that_went_as_it_should_needs_no_word() {
    let desk = Desk::new();
    let shown = desk.line("clock --json").json();
    has(&shown, "now jump accepted");
    assert_eq!((&shown["jump"], &shown["accepted"]), (&Value::Null, &json!(false)));
    let accepted = desk.line("clock accept --json").json();
    assert_eq!((&accepted["jump"], &accepted["accepted"]), (&Value::Null, &json!(false)));
}
