//! How long a large calendar file takes to import, and how much memory: 50,000 components of many
//! sorts, into a fresh ledger, then once more, when nothing changes; the medians of several runs.

use std::{
    env,
    fmt::Write as _,
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{median, process, say};

const COMPONENTS: usize = 50_000;
const RUNS: usize = 3;
/// How often the program is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub(crate) async fn measure() {
    let folder = env::temp_dir().join(format!("carillon-import-{}", std::process::id()));
    fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder of its own");
    let file = folder.join("large.ics");
    let text = large(COMPONENTS);
    say("the file", format!("{COMPONENTS} components, {:.1} MB", text.len() as f64 / 1e6));
    fs::write(&file, text).expect("a file");
    let mut measured = [Vec::new(), Vec::new()];
    for n in 0..RUNS {
        let ledger = folder.join(format!("ledger-{n}"));
        for runs in &mut measured {
            runs.push(run(&ledger, &file).await);
        }
    }
    for (what, runs) in ["imported", "again, nothing changes"].into_iter().zip(measured) {
        let took = median(runs.iter().map(|(took, _)| took.as_secs_f64()).collect());
        let peak = median(runs.iter().map(|(_, peak)| *peak).collect());
        say(what, format!("{took:.2} s, {peak:.0} MB at most"));
    }
    fs::remove_dir_all(&folder).expect("it can go");
}

async fn run(ledger: &Path, file: &Path) -> (Duration, f64) {
    let programs = env::var_os("CARILLON_BIN_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let begun = Instant::now();
    let mut import = Command::new(programs.join("carillon"))
        .arg("--data-dir")
        .arg(ledger)
        .arg("import")
        .arg(file)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    let mut peak: f64 = 0.0;
    // Ends with the program.
    let ended = loop {
        peak = peak.max(process::peak(import.id()));
        if let Some(ended) = import.try_wait().expect("a child") {
            break ended;
        }
        tokio::time::timeout(LOOK, std::future::pending::<()>()).await.unwrap_or(());
    };
    assert!(ended.success(), "the import failed");
    (begun.elapsed(), peak)
}

/// Meetings, series with exceptions, whole days, tasks; a third of all with an alarm.
pub(crate) fn large(components: usize) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bench//Bench//EN\r\n");
    let mut n = 0;
    while n < components {
        n += component(&mut text, n);
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

fn component(text: &mut String, n: usize) -> usize {
    let (year, month, day) = (2015 + n % 20, 1 + n % 12, 1 + n % 28);
    let (date, hour) = (format!("{year}{month:02}{day:02}"), n % 24);
    let kind = if n % 10 == 9 { "VTODO" } else { "VEVENT" };
    let begin = |text: &mut String| {
        let _ = write!(
            text,
            "BEGIN:{kind}\r\nUID:{n}@bench.example\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Number {n}\\, of many\r\n"
        );
    };
    begin(text);
    let zone = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"][n % 3];
    let mut parts = 1;
    let _ = match n % 10 {
        9 => write!(text, "DUE;TZID={zone}:{date}T{hour:02}0000\r\n"),
        8 => write!(text, "DTSTART;VALUE=DATE:{date}\r\n"),
        _ => write!(text, "DTSTART;TZID={zone}:{date}T{hour:02}0000\r\nDURATION:PT45M\r\n"),
    };
    let _ = write!(text, "LOCATION:Room {}\r\nX-BENCH;X-P=\"a;b\":kept as it is\r\n", n % 40);
    if n.is_multiple_of(3) {
        text.push_str("BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n");
    }
    if n % 10 < 3 {
        text.push_str("RRULE:FREQ=WEEKLY;COUNT=30\r\n");
        let _ = write!(text, "END:{kind}\r\n");
        begin(text);
        let _ = write!(
            text,
            "RECURRENCE-ID;TZID={zone}:{date}T{hour:02}0000\r\nDTSTART;TZID={zone}:{date}T{hour:02}3000\r\nDURATION:PT45M\r\n"
        );
        parts += 1;
    }
    let _ = write!(text, "END:{kind}\r\n");
    parts
}
