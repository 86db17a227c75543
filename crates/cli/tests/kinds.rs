//! Aim: renewals and workflows are added, changed, shown, exported and imported in words.
//! Method: the real program, no service, a machine in Berlin, events years ahead.

mod kit;

use kit::Desk;
use serde_json::json;

fn desk_with_hook() -> Desk {
    let desk = Desk::new();
    desk.line("channel add webhook lamp http://127.0.0.1:9/x --network loopback").done();
    desk
}

#[test]
fn a_renewal_says_its_last_day_to_cancel() {
    let desk = Desk::new();
    let added = desk.line("add --json Gym --kind renewal --at 2031-12-31 --notice 30").json();
    assert_eq!((&added["kind"], &added["notice"]), (&json!("renewal"), &json!(30)));
    assert_eq!(added["last_day"], "2031-12-01");
    let id = added["id"].as_str().expect("an id");
    let shown = desk.run(["show", id]).done().to_string();
    assert!(shown.contains("30 days: last day to cancel Mon 1 Dec 2031"), "{shown}");
    assert!(shown.contains("Renewal, in calendar"), "{shown}");
    let edited = desk.run(["edit", id, "--notice", "0", "--json"]).json();
    assert_eq!((&edited["notice"], &edited["last_day"]), (&json!(0), &json!(null)));
    desk.line("undo").done();
    assert_eq!(desk.run(["show", id, "--json"]).json()["notice"], 30);
    desk.line("add Gym --kind renewal --at 2031-12-31T09:00").refused(2);
    desk.line("add Tea --at 2031-12-31T09:00 --notice 3").refused(2);
}

#[test]
fn a_renewal_that_is_too_late_to_cancel_says_that_nothing_of_it_will_ring() {
    let desk = Desk::new();
    let now = desk.line("clock --json").json();
    let now: jiff::Timestamp = now["now"].as_str().expect("now").parse().expect("an instant");
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let in_days = |days: i64| {
        let day = today.checked_add(jiff::Span::new().days(days)).expect("a date");
        (day.to_string(), day.strftime("%a %-d %b %Y").to_string())
    };
    let ((at, _), (_, gone)) = (in_days(9), in_days(-21));
    let line = format!("add Gym --kind renewal --at {at} --notice 30");
    let late = format!("the last day to cancel has passed ({gone})");
    let once = desk.line(&line).done().to_string();
    assert!(once.contains(&format!("{late}: nothing of it will ring.\n")), "{once}");
    let yearly = desk.line(&format!("{line} --rrule FREQ=YEARLY --json")).json();
    let remark = yearly["remarks"][0].as_str().expect("a remark").to_string();
    assert!(remark.starts_with(&format!("{late}: nothing rings before that of ")), "{remark}");
    let (at, _) = in_days(300);
    let ahead =
        desk.line(&format!("add Gym --kind renewal --at {at} --notice 30")).done().to_string();
    assert!(!ahead.contains("has passed"), "{ahead}");
}

#[test]
fn a_workflow_needs_a_webhook_and_says_so() {
    let desk = desk_with_hook();
    let line = "add Sync --kind workflow --at 2031-05-01T09:00 --rrule FREQ=HOURLY";
    assert!(desk.line(line).refused(2).contains("name a webhook channel, with --channel NAME"));
    let added = desk.line(&format!("{line} --channel lamp --overlap skip --json")).json();
    assert_eq!((&added["kind"], &added["overlap"]), (&json!("workflow"), &json!("skip")));
    let told = &added["reminders"][0];
    assert_eq!((&told["channel"], &told["use_by"]), (&json!("lamp"), &json!("24h")));
    assert_eq!(told["collapse"], "each:100");
    let id = added["id"].as_str().expect("an id");
    let edited = desk.run(["edit", id, "--overlap", "buffer"]).done().to_string();
    assert!(edited.contains("buffered"), "{edited}");
    assert!(desk.run(["edit", id, "--channel", "desktop"]).refused(2).contains("webhook"));
    desk.run(["edit", id, "--overlap", "never"]).refused(2);
}

#[test]
fn an_export_of_them_comes_back_as_it_was() {
    let desk = desk_with_hook();
    desk.line("add Gym --kind renewal --at 2031-12-31 --notice 30 --rrule FREQ=YEARLY").done();
    desk.line("add Sync --kind workflow --at 2031-05-01T09:00 --channel lamp --overlap buffer")
        .done();
    let said = desk.line("export -");
    assert!(said.err.contains("a reminder through a channel, which no file carries"), "{said:?}");
    let file = said.out;
    for said in ["X-CARILLON-NOTICE:30", "X-CARILLON-OVERLAP:buffer", "X-CARILLON-KIND:workflow"] {
        assert!(file.contains(said), "{said} in\n{file}");
    }
    let other = Desk::new();
    other.piped("import -", &file).done();
    let list = other.line("list --from 2031-01-01 --to 2032-01-01 --json").json();
    let shown = |title: &str| {
        let rows = list.as_array().expect("a list");
        let row = rows.iter().find(|row| row["title"] == title).expect("listed");
        other.run(["show", row["event"].as_str().expect("an id"), "--json"]).json()
    };
    let (gym, sync) = (shown("Gym"), shown("Sync"));
    assert_eq!((&gym["kind"], &gym["notice"]), (&json!("renewal"), &json!(30)));
    assert_eq!((&sync["kind"], &sync["overlap"]), (&json!("workflow"), &json!("buffer")));
    assert_eq!(sync["reminders"], json!([]), "a file names no webhook");
    assert_eq!(gym["reminders"].as_array().map(Vec::len), Some(2));
}
