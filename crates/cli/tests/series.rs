//! Aim: an event, one of its occurrences, or one and all that follow are changed, moved, skipped,
//! cancelled and deleted, with answers that say what came of it, and undo takes each back.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;
use serde_json::{Value, json};

/// Choir, Mondays at 19:00 in Berlin, four times from 6 January 2031.
fn choir() -> (Desk, String) {
    let desk = Desk::new();
    let id = desk.add("Choir --at 2031-01-06T19:00 --rrule FREQ=WEEKLY;COUNT=4");
    (desk, id)
}

/// What happens in January 2031: day and time, title.
fn january(desk: &Desk) -> String {
    let list = desk.line("list --json --from 2031-01-01 --to 2031-02-03").json();
    let line = |one: &Value| {
        let start = one["start"].as_str().expect("a start");
        format!("{} {}", start.get(8..16).unwrap_or(start), one["title"].as_str().expect("a title"))
    };
    list.as_array().expect("a list").iter().map(line).collect::<Vec<_>>().join(", ")
}

const WHOLE: &str = "06T19:00 Choir, 13T19:00 Choir, 20T19:00 Choir, 27T19:00 Choir";

/// Does something to Choir, looks at January, and takes it back.
fn check(line: &str, after: &str) -> Value {
    let (desk, id) = choir();
    let done = desk.line(&format!("{} --json", line.replace("ID", &id))).json();
    assert_eq!(january(&desk), after, "{line}");
    desk.line("undo").done();
    assert_eq!(january(&desk), WHOLE, "{line}, undone");
    desk.line("redo").done();
    assert_eq!(january(&desk), after, "{line}, redone");
    done
}

#[test]
fn each_scope_is_moved_skipped_and_deleted_and_comes_back() {
    let at = "--occurrence 2031-01-20T19:00";
    check(
        &format!("move ID {at} --to 2031-01-21T18:00"),
        "06T19:00 Choir, 13T19:00 Choir, 21T18:00 Choir, 27T19:00 Choir",
    );
    let moved = check(
        &format!("move ID {at} --to 2031-01-21T18:00 --scope following"),
        "06T19:00 Choir, 13T19:00 Choir, 21T18:00 Choir, 28T18:00 Choir",
    );
    assert_eq!(moved["start"], "2031-01-21T18:00:00+01:00[Europe/Berlin]");
    assert_eq!(moved["scope"], "following");
    assert_ne!(moved["event"], moved["parted_from"]);
    check(
        &format!("move ID {at} --to 2031-01-21T18:00 --scope all"),
        "07T18:00 Choir, 14T18:00 Choir, 21T18:00 Choir, 28T18:00 Choir",
    );
    check(
        "move ID --to 2031-01-07T19:00 --scope all",
        "07T19:00 Choir, 14T19:00 Choir, 21T19:00 Choir, 28T19:00 Choir",
    );
    check(&format!("skip ID {at}"), "06T19:00 Choir, 13T19:00 Choir, 27T19:00 Choir");
    check(&format!("skip ID {at} --scope following"), "06T19:00 Choir, 13T19:00 Choir");
    check(&format!("delete ID {at}"), "06T19:00 Choir, 13T19:00 Choir, 27T19:00 Choir");
    check(&format!("delete ID {at} --scope following"), "06T19:00 Choir, 13T19:00 Choir");
    let gone = check("delete ID", "");
    assert_eq!((&gone["deleted"], &gone["cancelled"]), (&gone["event"], &json!(1)));
    check(&format!("cancel ID {at}"), "06T19:00 Choir, 13T19:00 Choir, 27T19:00 Choir");
}

#[test]
fn any_field_is_edited_in_each_scope() {
    let at = "--occurrence 2031-01-20T19:00";
    check(
        &format!("edit ID {at} --title Bach --at 2031-01-20T20:00"),
        "06T19:00 Choir, 13T19:00 Choir, 20T20:00 Bach, 27T19:00 Choir",
    );
    let rest = check(
        &format!("edit ID {at} --scope following --title Bach --remind 1h --place Dom --for 2h"),
        "06T19:00 Choir, 13T19:00 Choir, 20T19:00 Bach, 27T19:00 Bach",
    );
    assert_eq!((&rest["place"], &rest["rrule"]), (&json!("Dom"), &json!("FREQ=WEEKLY;COUNT=2")));
    assert_eq!(rest["reminders"][0]["trigger"], "-PT1H");
    check(
        &format!("edit ID {at} --scope following --rrule FREQ=DAILY;COUNT=2"),
        "06T19:00 Choir, 13T19:00 Choir, 20T19:00 Choir, 21T19:00 Choir",
    );
    check("edit ID --rrule none", "06T19:00 Choir");
    check(
        "edit ID --at 2031-01-06T18:00 --title Bach",
        "06T18:00 Bach, 13T18:00 Bach, 20T18:00 Bach, 27T18:00 Bach",
    );
    let there = check(
        "edit ID --zone Europe/Lisbon",
        "06T19:00 Choir, 13T19:00 Choir, 20T19:00 Choir, 27T19:00 Choir",
    );
    assert_eq!(there["start"], "2031-01-06T19:00:00+00:00[Europe/Lisbon]");
    let floating = check("edit ID --floating", WHOLE);
    assert_eq!(floating["zone"], Value::Null);
}

#[test]
fn an_occurrence_is_named_as_list_shows_it_or_by_its_original_start() {
    let names = [
        "2031-01-20T19:00",
        "2031-01-20",
        "20310120T190000",
        "2031-01-20T18:00:00Z",
        "2031-01-20T18:00:00+00:00[Europe/Lisbon]",
        "2031-01-20T19:00:00+01:00[Europe/Berlin]",
    ];
    for name in names {
        let (desk, id) = choir();
        desk.line(&format!("skip {id} --occurrence {name}")).done();
        assert_eq!(january(&desk), "06T19:00 Choir, 13T19:00 Choir, 27T19:00 Choir", "{name}");
    }
    // Moved, it is known by both its starts.
    for name in ["2031-01-20T19:00", "2031-01-22T10:00", "2031-01-20", "2031-01-22"] {
        let (desk, id) = choir();
        desk.line(&format!("move {id} --occurrence 2031-01-20T19:00 --to 2031-01-22T10:00")).done();
        let list = desk.line("list --json --from 2031-01-22 --to 2031-01-23").json();
        assert_eq!(list[0]["original"], "2031-01-20T19:00:00+01:00[Europe/Berlin]");
        desk.line(&format!("skip {id} --occurrence {name}")).done();
        assert_eq!(january(&desk), "06T19:00 Choir, 13T19:00 Choir, 27T19:00 Choir", "{name}");
    }
    // Elsewhere: in its own zone, and by the clocks of this computer, as the list has it.
    for name in ["2031-01-13T09:00", "2031-01-13T15:00"] {
        let desk = Desk::new();
        let id = desk
            .add("Call --at 2031-01-06T09:00 --zone America/New_York --rrule FREQ=WEEKLY;COUNT=3");
        desk.line(&format!("skip {id} --occurrence {name}")).done();
        assert_eq!(january(&desk), "06T09:00 Call, 20T09:00 Call", "{name}");
        desk.line(&format!("move {id} --occurrence 2031-01-20 --to 2031-01-21T10:00")).done();
        assert_eq!(january(&desk), "06T09:00 Call, 21T10:00 Call", "its own zone");
    }
}

#[test]
fn answers_say_what_was_cancelled_and_what_has_passed() {
    let desk = Desk::new();
    let task = desk.add("Tax --deadline 2031-05-31T12:00 --remind 1w --remind 1d --remind 1h");
    let said = desk.line(&format!("cancel {task}"));
    assert_eq!(said.done(), "Cancelled “Tax”: 3 reminders cancelled.\n");
    let shown = desk.line(&format!("show {task}"));
    assert!(shown.done().contains("not at all: it is cancelled"), "{shown:?}");
    assert_eq!(desk.line(&format!("show {task} --json")).json()["enabled"], false);
    let listed = "list --from 2031-05-31 --to 2031-06-01";
    assert!(desk.line(listed).done().contains("  cancelled  evt_"), "{:?}", desk.line(listed));
    assert_eq!(desk.line(&format!("{listed} --json")).json()[0]["enabled"], false);
    assert_eq!(
        desk.line(&format!("cancel {task}")).refused(1),
        "carillon: “Tax” is cancelled already"
    );
    assert_eq!(desk.line("undo").done(), "Undone: Cancel “Tax”.\n");
    let again = desk.line(&format!("delete {task}"));
    assert_eq!(again.done(), "Deleted “Tax”: 3 reminders cancelled.\n");

    let one = desk.add("Dentist --at 2031-03-03T10:00");
    let said = desk.line(&format!("move {one} --to 2021-03-03T10:05 --past"));
    assert!(said.done().contains("2021, 10:05 (Europe/Berlin): 1 reminder cancelled."), "{said:?}");
    let said = desk.line(&format!("move {one} --to 2031-03-04T10:00"));
    assert!(
        said.done().starts_with("Moved “Dentist” to Tue 4 Mar 2031, 10:00 (Europe/Berlin).\n"),
        "{said:?}"
    );

    let (desk, id) = choir();
    let said =
        desk.line(&format!("edit {id} --occurrence 2031-01-20 --scope following --title Bach"));
    let text = said.done();
    assert!(
        text.starts_with("Changed “Bach” from Mon 20 Jan 2031, 19:00 (Europe/Berlin) on.\n"),
        "{text}"
    );
    assert!(text.contains("What follows is an event of its own now, evt_"), "{text}");
}

#[test]
fn what_is_ahead_goes_to_the_past_only_if_that_is_meant() {
    let desk = Desk::new();
    let one = desk.add("Dentist --at 2031-03-03T10:00");
    let (choir, weekly) = choir();
    let of = "--occurrence 2031-01-13";
    let before = desk.everything();
    for line in [
        format!("edit {one} --at 2020-01-01T09:00"),
        format!("edit {one} --at 2020-01-01"),
        format!("move {one} --to 2020-01-01T09:00"),
    ] {
        let said = desk.line(&line);
        assert!(
            said.refused(2).contains("is in the past: say that this is meant with --past"),
            "{line}"
        );
    }
    let line = format!("edit {weekly} {of} --at 2020-01-01T09:00");
    assert!(
        choir.line(&line).refused(2).contains(" 1 Jan 2020, 09:00 (Europe/Berlin) is in the past")
    );
    assert_eq!(desk.everything(), before);
    desk.line(&format!("edit {one} --at 2020-01-01T09:00 --past")).done();
    // What is past already may be put right.
    desk.line(&format!("edit {one} --at 2020-01-01T09:30")).done();
    desk.line(&format!("edit {one} --title Teeth")).done();
}

#[test]
fn what_is_not_clear_is_asked_for_in_one_sentence_and_changes_nothing() {
    let (desk, id) = choir();
    let once = desk.add("Dentist --at 2031-03-03T10:00");
    let before = desk.everything();
    let next = "the next are 2031-01-06T19:00, 2031-01-13T19:00, 2031-01-20T19:00";
    for (line, code, part) in [
        ("move ID --to 2031-01-07T19:00", 2, next),
        ("edit ID --title B --scope this", 2, next),
        ("delete ID --scope following", 2, "--scope following needs --occurrence; the next are"),
        ("cancel ID --scope this", 2, next),
        ("skip ID", 2, "--occurrence"),
        (
            "skip ID --occurrence 2031-01-07T19:00",
            1,
            "has no occurrence at 2031-01-07T19:00; the next",
        ),
        ("skip ID --occurrence 2031-01-20 --scope all", 2, "--scope is this or following here"),
        ("skip ONCE --occurrence 2031-03-03", 1, "happens once"),
        ("skip ID --occurrence soon", 2, "'soon' is not a time"),
        ("edit ID", 2, "nothing is to be changed"),
        ("edit ID --scope some --title B", 2, "this, following, all"),
        ("edit ID --occurrence 2031-01-20 --remind 1h", 2, "the reminders of one occurrence"),
        (
            "edit ID --occurrence 2031-01-20 --rrule FREQ=DAILY",
            2,
            "the repetition of one occurrence",
        ),
        ("edit ID --title ~", 2, "the title is empty"),
        ("edit ID --rrule FREQ=SOMETIMES", 2, "FREQ"),
        ("edit ID --at never", 2, "'never' is not a time"),
        ("edit ID --zone Mars/Base", 2, "zone 'Mars/Base' is not known"),
        ("edit ID --calendar Nowhere --title A", 1, "there is no calendar 'Nowhere'"),
        ("edit ONCE --remind soon", 2, "soon"),
        ("edit ONCE --remind none --remind 1h", 2, "--remind none means no reminder at all"),
        ("edit ONCE --remind none --channel desktop", 2, "--remind none means no reminder at all"),
        ("move evt_00000000000000000000000000000000 --to 2031-01-07", 1, "there is no event"),
        ("calendar rename Nowhere Work", 1, "there is no calendar 'Nowhere'"),
        ("calendar color Personal mud", 2, "teal"),
        ("calendar delete Personal", 1, "last calendar"),
    ] {
        let line = line.replace("ID", &id).replace("ONCE", &once);
        let said = desk.line(&line);
        assert!(said.refused(code).contains(part), "{line}: {said:?}");
    }
    assert_eq!(desk.everything(), before);
}

#[test]
fn an_edit_takes_the_reminders_away() {
    let desk = Desk::new();
    let id = desk.add("Lunch --at 2031-11-25T12:00 --remind 1h --remind 10m");
    let said = desk.line(&format!("edit {id} --remind none"));
    assert_eq!(said.done().lines().next(), Some("Changed “Lunch”: 2 reminders cancelled."));
    assert_eq!(desk.line(&format!("show {id} --json")).json()["reminders"], json!([]));
}

#[test]
fn calendars_are_renamed_coloured_hidden_and_deleted() {
    let desk = Desk::new();
    desk.line("calendar add Work --color rose").done();
    desk.line("add Meeting --at 2031-01-07T10:00 --calendar Work").done();
    assert_eq!(desk.line("calendar rename Work Office").done(), "Work is called Office now\n");
    assert!(desk.line("calendar rename Office Personal").refused(2).contains("already"));
    assert_eq!(desk.line("calendar color Office slate").done(), "Office is slate now\n");
    desk.line("calendar hide Office").done();
    let list = desk.line("calendar list --json").json();
    assert_eq!(
        (&list[1]["name"], &list[1]["color"], &list[1]["shown"]),
        (&json!("Office"), &json!("slate"), &json!(false))
    );
    assert!(desk.line("calendar show Office --json").json()["shown"].as_bool().expect("shown"));
    assert_eq!(
        desk.line("calendar delete Office").done(),
        "Deleted Office with all its events: 1 reminder cancelled. `carillon undo` brings it back.\n"
    );
    assert_eq!(january(&desk), "");
    desk.line("undo").done();
    assert_eq!(january(&desk), "07T10:00 Meeting");
    assert_eq!(desk.line("redo --json").json()["cancelled"], 1);
    assert_eq!(desk.line("redo").done(), "There is nothing to do again.\n");
}

#[test]
fn exceptions_go_with_the_days_that_a_new_rule_has_no_more() {
    let (desk, id) = choir();
    desk.line(&format!("move {id} --occurrence 2031-01-13 --to 2031-01-14T18:00")).done();
    desk.line(&format!("move {id} --occurrence 2031-01-27 --to 2031-01-28T18:00")).done();
    let before = "06T19:00 Choir, 14T18:00 Choir, 20T19:00 Choir, 28T18:00 Choir";
    assert_eq!(january(&desk), before);
    let rule = "--rrule FREQ=WEEKLY;BYDAY=TH;COUNT=3";
    let line = format!("edit {id} --occurrence 2031-01-20 --scope following {rule}");
    let said = desk.line(&line).done().to_string();
    assert!(said.contains("\n1 exception went with the old days.\n"), "{said}");
    let after = "06T19:00 Choir, 14T18:00 Choir, 20T19:00 Choir, 23T19:00 Choir, 30T19:00 Choir";
    assert_eq!(january(&desk), after);
    desk.line("undo").done();
    assert_eq!(january(&desk), before);
    // One whose day the new rule has, too, stays.
    let done = desk.line(&format!("edit {id} --rrule FREQ=DAILY;COUNT=10 --json")).json();
    assert_eq!(done["exceptions_dropped"], 1);
    assert!(january(&desk).contains("12T19:00 Choir, 14T18:00 Choir, 14T19:00 Choir"));
}

#[test]
fn an_edit_answers_with_what_it_changed() {
    let (desk, id) = choir();
    let said = desk.line(&format!("edit {id} --title Bach")).done().to_string();
    assert!(said.starts_with("Changed “Bach”"), "{said}");
    let line = format!("edit {id} --occurrence 2031-01-20 --title Mozart --at 2031-01-20T20:00");
    let said = desk.line(&line).done().to_string();
    assert!(said.starts_with("Changed “Mozart” of Mon 20 Jan 2031, 19:00"), "{said}");
    assert!(said.contains("when  Mon 20 Jan 2031, 20:00"), "{said}");
    assert!(!said.contains("repeats"), "{said}");
    let done = desk.line(&format!("edit {id} --occurrence 2031-01-20 --place Dom --json")).json();
    assert_eq!((&done["title"], &done["changed"]["title"]), (&json!("Bach"), &json!("Mozart")));
    assert_eq!(done["changed"]["place"], "Dom");
    assert_eq!(done["changed"]["start"], "2031-01-20T20:00:00+01:00[Europe/Berlin]");
}

#[test]
fn the_first_part_of_a_series_says_where_it_goes_on() {
    let (desk, id) = choir();
    let line = format!("edit {id} --occurrence 2031-01-20 --scope following --title Bach --json");
    let rest = desk.line(&line).json();
    let said = desk.line(&format!("skip {id} --occurrence 2031-01-27")).refused(1).to_string();
    let rest = rest["id"].as_str().expect("an id");
    assert!(
        said.contains(&format!("has no occurrence at 2031-01-27; the series goes on as {rest}")),
        "{said}"
    );
    let said = desk.line(&format!("skip {rest} --occurrence 2031-01-06")).refused(1).to_string();
    assert!(said.contains(&format!("the series begins as {id}")), "{said}");
}

#[test]
fn an_event_goes_into_a_persons_time_and_back_in_each_scope() {
    let (desk, id) = choir();
    desk.line("person add Ana --zone Asia/Tokyo").done();
    desk.line("person add Bo").done();
    let line = |text: &str| desk.line(&text.replace("ID", &id));
    let of = |said: &Value| (said["zone"].clone(), said["zone_of"].clone(), said["start"].clone());
    let all = line("edit ID --zone-of Ana --json").json();
    let nine = json!("2031-01-06T19:00:00+09:00[Asia/Tokyo]");
    assert_eq!(of(&all), (json!("Asia/Tokyo"), json!("Ana"), nine));
    assert_eq!(january(&desk).split(',').next(), Some("06T19:00 Choir"), "her wall time");
    // It follows her, and a zone of its own takes it back.
    desk.line("person edit Ana --zone Europe/Lisbon").done();
    assert_eq!(line("show ID --json").json()["zone"], "Europe/Lisbon");
    let said = line("edit ID --zone Europe/Berlin --at 2031-01-06T19:00").done().to_string();
    assert!(said.contains("Mon 6 Jan 2031, 19:00 (Europe/Berlin), for"), "{said}");
    assert_eq!(line("show ID --json").json()["zone_of"], Value::Null);
    for _ in 0..3 {
        desk.line("undo").done();
    }
    assert_eq!(january(&desk), WHOLE);

    let refused = line("edit ID --occurrence 2031-01-13 --zone-of Ana").refused(2).to_string();
    assert!(refused.contains("alone cannot be of Ana: say --scope following"), "{refused}");
    let rest = line(
        "edit ID --occurrence 2031-01-20 --scope following --zone-of Ana --at 2031-01-20T09:00 --json",
    );
    let nine = json!("2031-01-20T09:00:00+09:00[Asia/Tokyo]");
    assert_eq!(of(&rest.json()), (json!("Asia/Tokyo"), json!("Ana"), nine));
    let rest = rest.json()["id"].as_str().expect("an id").to_string();
    // One of hers into another zone, and back into hers.
    let one = format!("edit {rest} --occurrence 2031-01-27T09:00");
    let said = desk.line(&format!("{one} --zone Europe/Berlin --json")).json();
    assert_eq!(said["changed"]["start"], "2031-01-27T09:00:00+01:00[Europe/Berlin]");
    let said = desk.line(&format!("{one} --zone-of Ana --json")).json();
    assert_eq!(said["changed"]["start"], "2031-01-27T09:00:00+09:00[Asia/Tokyo]");
    desk.line("person edit Ana --zone Europe/Lisbon").done();
    assert_eq!(january(&desk), "06T19:00 Choir, 13T19:00 Choir, 20T09:00 Choir, 27T09:00 Choir");

    let day = desk.add("Day --at 2031-03-03");
    for (line, code, part) in [
        ("edit ID --zone-of Bo", 2, "Bo has no zone: give one with `carillon person edit Bo"),
        ("edit ID --zone-of Cy", 1, "there is no person 'Cy'"),
        ("edit ID --zone-of Ana --zone Europe/Rome", 2, "cannot be used with"),
        ("edit DAY --zone-of Ana", 2, "a whole day has no zone"),
    ] {
        let said = desk.line(&line.replace("ID", &id).replace("DAY", &day));
        assert!(said.refused(code).contains(part), "{line}: {said:?}");
    }
}

#[test]
fn what_was_cancelled_takes_place_after_all() {
    let (desk, id) = choir();
    let line = |text: &str| desk.line(&text.replace("ID", &id));
    line("skip ID --occurrence 2031-01-13").done();
    line("cancel ID --occurrence 2031-01-20T19:00").done();
    assert_eq!(january(&desk), "06T19:00 Choir, 27T19:00 Choir");
    assert_eq!(
        line("reinstate ID").refused(1),
        "carillon: “Choir” is not cancelled, but 2 of its occurrences are: say which"
    );
    let said = line("reinstate ID --occurrence 2031-01-20");
    let text = said.done();
    assert!(
        text.starts_with(
            "“Choir” of Mon 20 Jan 2031, 19:00 (Europe/Berlin) takes place after all.\n"
        ),
        "{text}"
    );
    line("uncancel ID --occurrence 2031-01-13T19:00 --scope following").done();
    assert_eq!(january(&desk), WHOLE);
    line("cancel ID").done();
    assert_eq!(line("reinstate ID --json").json()["scope"], "all");
    assert_eq!(line("show ID --json").json()["enabled"], true);
    let text = line("reinstate ID --occurrence 2031-01-07").refused(1).to_string();
    assert!(text.contains("has no occurrence at 2031-01-07"), "{text}");
    // What is over stays: today it began.
    let daily = desk.add("Pill --at 2026-01-01T00:00 --rrule FREQ=DAILY --past");
    let said = desk.line(&format!("cancel {daily}"));
    let text = said.done();
    assert!(text.contains(" cancelled. What is over stays as it was.\n"), "{text}");
    let said = desk.line(&format!("reinstate {daily}"));
    let text = said.done();
    assert!(
        text.starts_with("“Pill” from ") && text.contains(" on takes place after all."),
        "{text}"
    );
}

#[test]
fn a_move_that_takes_all_the_days_of_a_rule_along_says_so() {
    let desk = Desk::new();
    let id = desk.add("Gym --at 2031-01-06T19:00 --rrule FREQ=WEEKLY;BYDAY=MO,WE,FR");
    let line = format!("move {id} --occurrence 2031-01-13 --to 2031-01-14 --scope following");
    let line = line.replace("01-14", "01-14T19:00");
    let said = desk.line(&line).done().to_string();
    let words = "every week on Tuesday, Thursday and Saturday";
    assert!(said.contains(&format!("\nAll its days move along: it is {words} now.\n")), "{said}");
    desk.line("undo").done();
    assert_eq!(desk.line(&format!("{line} --json")).json()["repeats"], words);
    desk.line("undo").done();
    let hour = line.replace("01-14", "01-13").replace("T19:00", "T20:00");
    assert!(!desk.line(&hour).done().contains("days"), "the days stay");
}
