//! Aim: what waits until something comes back has nobody look anew at the many that wait for the pace of
//! their endpoint. Method: passes a second apart, and in which of them all that is due is asked for.

use std::collections::BTreeSet;

use super::*;
use crate::channels::NewWebhook;

/// Passes of somebody who leads, each a second after the one before.
struct Passes<'a> {
    engine: &'a Engine,
    clock: &'a Set,
    scheduler: Scheduler,
    heard: Arc<Mutex<BTreeSet<String>>>,
    finished: Vec<Finished>,
    searches: usize,
}

impl<'a> Passes<'a> {
    fn of(engine: &'a Arc<Engine>, clock: &'a Set) -> Self {
        let heard = Arc::default();
        engine.lock().overhear(Arc::clone(&heard));
        let scheduler = Scheduler::lead(engine.clone()).expect("to lead");
        Self { engine, clock, scheduler, heard, finished: Vec::new(), searches: 0 }
    }

    /// Passes in a row, in which what goes to the one endpoint is answered so by the other side, and of
    /// what goes to others nothing is heard: that is given.
    fn go(&mut self, count: usize, answers: &str, report: &Report) -> Vec<Parcel> {
        let mut others = Vec::new();
        for _ in 0..count {
            self.heard.lock().expect("kept").clear();
            let slots = Slots { desktop: 1, webhook: 8 };
            let finished = std::mem::take(&mut self.finished);
            let now = self.engine.now();
            let passed = self.scheduler.pass(&now, &finished, slots, Availability::default());
            for parcel in passed.expect("a pass").parcels {
                match &parcel.message {
                    Message::Webhook(call) if call.url.contains(answers) => {
                        self.finished.push(ended(&parcel, report));
                    }
                    _ => others.push(parcel),
                }
            }
            let heard = self.heard.lock().expect("kept");
            let is_search = |sql: &String| sql.contains("ORDER BY d.due + d.grace * 1000 < ?1");
            self.searches += usize::from(heard.iter().any(is_search));
            self.clock.to(&(now.wall + Duration::from_secs(1)).to_string());
        }
        others
    }
}

fn ended(parcel: &Parcel, report: &Report) -> Finished {
    Finished {
        claims: parcel.claims.clone(),
        too_late: Vec::new(),
        report: Some(report.clone()),
        in_digest: false,
        at: None,
    }
}

fn report(handover: Handover, status: u16) -> Report {
    Report { handover, status: Some(status), detail: String::new() }
}

fn taken() -> Report {
    report(Handover::Accepted { shown_by: None }, 200)
}

/// Events of a kind through an endpoint of its own.
fn through(engine: &Engine, endpoint: &str, count: usize, kind: (&str, &str, &str)) {
    let new = NewWebhook {
        name: endpoint.into(),
        url: format!("https://{endpoint}.example/"),
        ..NewWebhook::default()
    };
    let channel = engine.add_webhook(&new).expect("a channel").id.to_string();
    let (kind, start, rule) = kind;
    for n in 0..count {
        let draft = EventDraft {
            kind: kind.into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Light {n}"),
            start: start.into(),
            zone: Some("UTC".into()),
            rules: if rule.is_empty() { vec![] } else { vec![rule.into()] },
            reminders: Some(vec![ReminderDraft {
                trigger: "PT0M".into(),
                channel: channel.clone(),
                ..ReminderDraft::default()
            }]),
            overlap: if rule.is_empty() { "" } else { "buffer" }.into(),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("an event");
    }
}

#[test]
fn a_run_that_waits_for_the_one_before_has_nobody_look_for_the_paced_again() {
    let (_folder, clock, engine) = ledger();
    through(&engine, "paced", 100, ("note", "20261123T090000", ""));
    through(&engine, "runs", 1, ("workflow", "20261123T093000", "FREQ=MINUTELY;COUNT=2"));
    let mut passes = Passes::of(&engine, &clock);
    clock.to("2026-11-23T09:30:00Z");
    let begun = passes.go(3, "paced", &taken());
    clock.to("2026-11-23T09:31:00Z");
    passes.searches = 0;
    assert_eq!((begun.len(), passes.go(20, "paced", &taken()).len()), (1, 0), "the other waits");
    assert!(passes.searches <= 2, "{} of 20 passes looked at all that is due", passes.searches);
    passes.finished.extend(begun.iter().map(|parcel| ended(parcel, &taken())));
    assert_eq!(passes.go(1, "paced", &taken()).len(), 1, "its turn has come");
}

#[test]
fn an_endpoint_that_is_being_tried_has_nobody_look_for_the_paced_again() {
    let (_folder, clock, engine) = ledger();
    through(&engine, "paced", 100, ("note", "20261123T090000", ""));
    through(&engine, "rests", 3, ("note", "20261123T093000", ""));
    let mut passes = Passes::of(&engine, &clock);
    clock.to("2026-11-23T09:30:00Z");
    let wait = Some(Duration::from_secs(10));
    let asks = Handover::Transient { retry_after: wait, schedule: Schedule::Channel };
    let paced = passes.go(2, "rests", &report(asks, 429));
    passes.finished.extend(paced.iter().map(|parcel| ended(parcel, &taken())));
    clock.to("2026-11-23T09:30:15Z");
    let tried = passes.go(3, "paced", &taken());
    assert_eq!(tried.len(), 1, "one at a time");
    passes.searches = 0;
    assert!(passes.go(20, "paced", &taken()).is_empty(), "the others wait for that one");
    assert!(passes.searches <= 2, "{} of 20 passes looked at all that is due", passes.searches);
    passes.finished.extend(tried.iter().map(|parcel| ended(parcel, &taken())));
    assert_eq!(passes.go(1, "paced", &taken()).len(), 1, "the next one tries it");
}
