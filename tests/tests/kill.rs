//! A kill: SIGKILL to the real service before due, between request and answer, and after. The
//! receiver is the judge: the set of ids it saw is the planned set, and an id is seen again only
//! where an attempt of it ended unknown.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use acceptance::home::Home;
use calendar::{
    delivery::{Guarantee, State},
    id::ChannelId,
    network::Network,
    reason::Reason,
};
use engine::channels::NewWebhook;
use testkit::{
    notifier::Notifier,
    receiver::{Answer, Receiver},
};

const SOON: Duration = Duration::from_millis(1_200);

fn endpoint(home: &Home, receiver: &Receiver, guarantee: Guarantee) -> ChannelId {
    let new = NewWebhook {
        name: "judge".into(),
        url: receiver.url("/"),
        network: Network::Loopback,
        guarantee,
        ..NewWebhook::default()
    };
    home.engine.add_webhook(&new).expect("a channel").id
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("a signal");
}

/// Ids seen by the receiver, with how often.
fn seen(receiver: &Receiver) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for request in receiver.requests() {
        *seen.entry(request.header("webhook-id").to_string()).or_default() += 1;
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_due_in_the_middle_and_after_each_is_told_and_repeats_are_marked() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let channel = endpoint(&home, &receiver, Guarantee::NeverMiss);

    // Before due.
    let service = home.service().await;
    home.note("Before", SOON, channel);
    service.kill();
    let service = home.service().await;
    home.until_in(State::Completed, 1).await;

    // Between request and answer: the receiver kills before it answers.
    let pid = Arc::new(Mutex::new(Some(service.pid())));
    let victim = pid.clone();
    receiver.before_answer(move |_| {
        if let Some(pid) = victim.lock().expect("one at a time").take() {
            kill(pid);
        }
    });
    home.note("Between", SOON, channel);
    receiver.wait_for(2).await;
    service.gone();
    assert_eq!(pid.lock().expect("free").take(), None, "it was killed");
    let service = home.service().await;
    home.until_in(State::Completed, 2).await;

    // After.
    home.note("After", SOON, channel);
    home.until_in(State::Completed, 3).await;
    service.kill();
    let service = home.service().await;
    home.note("Last", SOON, channel);
    home.until_in(State::Completed, 4).await;
    service.stop();

    let rows = home.deliveries();
    let planned: BTreeSet<_> = rows.iter().map(|l| l.row.key.clone()).collect();
    let seen = seen(&receiver);
    assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), planned);
    for listed in rows {
        let attempts = home.engine.why(listed.row.id).expect("a story").attempts;
        let unknown = attempts.iter().filter(|a| a.outcome.as_deref() == Some("unknown")).count();
        assert_eq!(seen[&listed.row.key], 1 + unknown, "{}", listed.title);
        assert_eq!(listed.row.again, unknown > 0, "{}", listed.title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_off_on_a_channel_that_must_never_repeat_a_person_is_asked() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::status(200)]).await;
    let channel = endpoint(&home, &receiver, Guarantee::NeverRepeat);
    let service = home.service().await;
    let pid = service.pid();
    receiver.before_answer(move |_| kill(pid));
    home.note("Pay the rent", SOON, channel);
    receiver.wait_for(1).await;
    service.gone();
    receiver.before_answer(|_| {});
    let service = home.service().await;
    home.until_in(State::Review, 1).await;
    service.stop();
    assert_eq!(receiver.requests().len(), 1, "it was not repeated");
    let id = home.deliveries()[0].row.id.to_string();
    let told = home.command("carillon").args(["why", &id]).output().expect("the story");
    let why = String::from_utf8_lossy(&told.stdout);
    assert!(why.contains("it may or may not have arrived") && !why.contains("twice"), "{why}");
    // Whoever asks for all does not mean that one.
    let (said, _) = home.says(&["retry", "--all"]);
    assert!(said.starts_with("Nothing is tried again.\nLeft as it is: "), "{said}");
    assert!(said.contains("is sent again by its name alone"), "{said}");
    let (said, code) = home.says(&["retry", &id]);
    assert!(code == 0 && said.starts_with("1 reminder will be tried again"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_due_while_it_was_killed_says_late_and_why_and_stands_in_the_inbox_once() {
    let home = Home::new();
    let notifier = Notifier::start(home.bus.address()).await;
    home.earlier_note("Oven", Duration::from_secs(600), Duration::from_secs(110));
    for _ in 0..2 {
        let service = home.service().await;
        home.until_in(State::Completed, 1).await;
        service.kill();
    }
    let note = notifier.wait_for(1).await.remove(0);
    assert_eq!(note.summary, "Oven");
    assert!(note.body.contains(" · 8 min ago, told late"), "{}", note.body);
    assert!(note.body.contains("the reminder service was not running"), "{}", note.body);
    let inbox = home.engine.inbox().expect("readable").rows;
    assert_eq!(inbox.len(), 1, "{}", home.rows());
    assert_eq!(inbox[0].row.facts.reason, Reason::LateServiceOff);
    assert_eq!(notifier.notes().len(), 1, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_is_completed_by_another_and_undone_as_a_whole() {
    const ALL: usize = 4_000;
    let home = Home::new();
    let file = home.folder().join("big.ics");
    let event = |n: usize| {
        let day = 10 + n % 20;
        format!(
            "BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:Talk {n}\r\nDTSTART:203205{day}T090000Z\r\nEND:VEVENT\r\n"
        )
    };
    let all: String = (0..ALL).map(event).collect();
    let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{all}END:VCALENDAR\r\n");
    std::fs::write(&file, text).expect("a file");
    let import = || {
        let mut command = home.command("carillon");
        command.arg("import").arg(&file).args(["--calendar", "Personal"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let size = |engine: &engine::Engine| {
        let sizes = engine.calendar_sizes().expect("a ledger");
        sizes.iter().map(|(_, count)| *count as usize).sum::<usize>()
    };
    let mut killed = import().spawn().expect("the program");
    home.until("some are in", |engine| (size(engine) > 0).then_some(())).await;
    kill(killed.id());
    let ended = killed.wait().expect("it ends");
    let some = size(&home.engine);
    assert!(ended.code().is_none() && some < ALL, "cut off in the middle: {ended} {some}");
    assert!(import().status().expect("the program").success());
    assert_eq!(size(&home.engine), ALL, "each is in once");
    for (left, step) in [(some, "what the second brought"), (0, "what the first brought")] {
        let undone = home.engine.undo(None).expect("undone");
        assert_eq!((undone.refused, size(&home.engine)), (None, left), "{step}");
    }
}
