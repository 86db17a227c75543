//! Each file under `tests/data/ics` has its reading beside it: `NAME.ics` in, `NAME.txt` out.
//! To see that a reading is right, read the two side by side; with CARILLON_BLESS set the readings
//! are written anew.

#[path = "ics/said.rs"]
mod said;

use std::{collections::HashSet, fs, path::PathBuf, sync::LazyLock};

use calendar::draft::{Check, EventDraft, Origin};
use calendar::event::Event;
use calendar::ics::{Alarmless, Import, Outgoing, ReadContext, WriteContext, read, write};
use calendar::id::{CalendarId, EventId};
use calendar::zones::Zones;
use jiff::{Timestamp, civil::date, tz::TimeZoneDatabase};

fn zones() -> &'static Zones {
    static ZONES: LazyLock<Zones> =
        LazyLock::new(|| Zones::new(TimeZoneDatabase::bundled(), "bundled"));
    &ZONES
}

fn context(zones: &Zones) -> ReadContext<'_> {
    ReadContext {
        zones,
        calendar: CalendarId::FIRST,
        today: date(2026, 11, 22),
        alarmless: Alarmless::Silent,
    }
}

fn imported(bytes: &[u8]) -> Import {
    read(bytes, &context(zones()))
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/ics"))
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(folder()).expect("the sample files are there");
    let paths = files.map(|entry| entry.expect("a file").path());
    let mut samples: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "ics"))
        .map(|path| {
            let name = path.file_stem().expect("a name").display().to_string();
            (name, fs::read(&path).expect("a readable file"))
        })
        .collect();
    samples.sort();
    samples
}

#[test]
fn every_sample_file_is_read_as_its_text_says() {
    let mut wrong = Vec::new();
    let samples = samples();
    assert!(samples.len() > 30, "{} sample files", samples.len());
    for (name, bytes) in samples {
        let said = said::said(&imported(&bytes));
        let wanted = fs::read_to_string(folder().join(&name).with_extension("txt"));
        if std::env::var_os("CARILLON_BLESS").is_some() {
            fs::write(folder().join(&name).with_extension("txt"), &said).expect("a reading");
        } else if said != wanted.unwrap_or_default() {
            wrong.push(format!("== {name}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "these files are read otherwise:\n{}", wrong.join("\n"));
}

/// What holds for every file, whatever is in it.
fn check_sound(bytes: &[u8], import: &Import) {
    let id = EventId::from_bytes([0; 16]);
    let check = Check { zones: zones(), person: None, origin: Origin::Outside };
    let lines = 1 + bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
    let mut uids = HashSet::new();
    for event in &import.events {
        assert_eq!(event.draft.check(id, id, &check).err(), None, "{event:?}");
        let name = (event.uid.as_str(), event.calendar.as_deref());
        assert!(uids.insert(name), "UID twice in a calendar: {name:?}");
        assert!((1..=lines).contains(&event.line), "{event:?}");
    }
    for remark in &import.remarks {
        assert!((1..=lines).contains(&remark.line) && !remark.reason.is_empty(), "{remark:?}");
    }
    let ordered = import.remarks.is_sorted_by_key(|r| r.line);
    assert!(ordered && (!import.events.is_empty() || !import.remarks.is_empty()));
}

/// Aim: no input panics, and what comes out is sound. Method: sample files with bytes, lines and
/// pieces of other files put where they do not belong, from a fixed seed.
#[test]
fn mutilated_files_are_read_without_a_panic_and_what_is_read_is_sound() {
    let samples: Vec<_> = samples().into_iter().map(|(_, bytes)| bytes).collect();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 0..80 {
        for sample in &samples {
            let mut bytes = sample.clone();
            for _ in 0..=dice.below(1 + round / 4) {
                let other = &samples[dice.below(samples.len())];
                mutilate(&mut bytes, other, &mut dice);
            }
            let import = imported(&bytes);
            check_sound(&bytes, &import);
            if round % 10 == 0 {
                let text = exported(&import);
                assert_eq!(imported(text.as_bytes()).events.len(), import.events.len(), "{text}");
            }
        }
    }
}

fn mutilate(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const WORDS: [&[u8]; 12] = [
        b"\xff",
        b"\r",
        b"\n ",
        b";",
        b":",
        b"\"",
        b"99999999999",
        b"-",
        b"\nBEGIN:VEVENT\n",
        b"\nEND:VEVENT\n",
        b"T000000Z",
        b"\nRRULE:FREQ=SECONDLY\n",
    ];
    let (at, to) = (dice.below(bytes.len() + 1), dice.below(bytes.len() + 1));
    let (at, to) = (at.min(to), at.max(to));
    match dice.below(6) {
        0 => bytes.truncate(to),
        1 => drop(bytes.drain(at..to.min(at + 40))),
        2 => drop(bytes.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
        3 => {
            let from = dice.below(other.len());
            let piece = &other[from..other.len().min(from + dice.below(300))];
            drop(bytes.splice(at..at, piece.iter().copied()));
        }
        4 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        _ => {
            let mut lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
            let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
            lines.swap(a, b);
            *bytes = lines.join(&b'\n');
        }
    }
}

/// xorshift64*: the same throws each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end.max(1)
    }
}

fn calendar_of(body: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{body}END:VCALENDAR\n").into_bytes()
}

#[test]
fn a_file_of_any_size_is_read_within_its_bounds() {
    let one =
        |n| format!("BEGIN:VEVENT\nUID:{n}\nSUMMARY:E\nDTSTART:20270301T090000Z\nEND:VEVENT\n");
    let import = imported(&calendar_of(&(0..100_010).map(one).collect::<String>()));
    assert_eq!(import.events.len(), 100_000);
    let said: Vec<_> = import.remarks.iter().map(|r| r.reason.as_str()).collect();
    assert_eq!(
        said,
        [
            "only the first 100000 events and tasks are imported",
            "10 VEVENT are not imported: only events and tasks are"
        ]
    );
}

#[test]
fn long_texts_are_cut_and_long_lists_are_bounded() {
    let dates: Vec<_> =
        (0..10_050).map(|n| format!("{}0301T0900{:02}", 2000 + n / 60, n % 60)).collect();
    let body = format!(
        "BEGIN:VEVENT\nUID:long\nSUMMARY:{}\nDTSTART:20270301T090000\nRRULE:FREQ=DAILY\nEXDATE:{}\nX-BIG:{}\nEND:VEVENT\n",
        "é".repeat(400),
        dates.join(","),
        "x".repeat(70_000),
    );
    let bytes = calendar_of(&body);
    let import = imported(&bytes);
    check_sound(&bytes, &import);
    let draft = &import.events[0].draft;
    assert_eq!((draft.title.len(), draft.exdates.len()), (500, 10_000));
    assert_eq!(import.events[0].extra, "");
    let said: Vec<_> = import.remarks.iter().map(|r| (r.line, r.reason.as_str())).collect();
    assert_eq!(
        said,
        [
            (3, "10050 EXDATEs: the first 10000 are taken"),
            (5, "SUMMARY has 800 bytes: it is cut after 500"),
            (
                9,
                "70007 bytes of properties that are not understood are not kept: at most 65536 are, for one event"
            ),
        ]
    );
}

#[test]
fn events_without_an_alarm_are_silent_unless_the_defaults_are_asked_for() {
    let silent = calendar_of("BEGIN:VEVENT\nUID:a\nDTSTART:20270301T090000Z\nEND:VEVENT\n");
    let asked = ReadContext { alarmless: Alarmless::KindDefaults, ..context(zones()) };
    assert_eq!(imported(&silent).events[0].draft.reminders, Some(Vec::new()));
    assert_eq!(read(&silent, &asked).events[0].draft.reminders, None);
}

/// The events of an import as a file again.
fn exported(import: &Import) -> String {
    let id = EventId::from_bytes([0; 16]);
    let check = Check { zones: zones(), person: None, origin: Origin::Outside };
    let checked = |draft: &EventDraft| draft.check(id, id, &check).expect("a valid draft");
    let events: Vec<Event> = import.events.iter().map(|e| checked(&e.draft)).collect();
    let outgoing: Vec<_> = import
        .events
        .iter()
        .zip(&events)
        .map(|(imported, event)| Outgoing {
            uid: &imported.uid,
            sequence: imported.sequence,
            stamp: imported.stamp.unwrap_or(Timestamp::UNIX_EPOCH),
            edited: false,
            person: None,
            event,
            part_of: imported.part_of.as_deref(),
            extra: &imported.extra,
        })
        .collect();
    let name = import.name.as_deref().unwrap_or("");
    write(
        &outgoing,
        &WriteContext { zones: zones(), name, today: date(2026, 11, 22), all_day_hour: 9 },
    )
}

/// Aim: an export loses nothing. Method: every sample file is read, written and read again.
#[test]
fn a_file_that_was_read_and_written_reads_the_same() {
    let mut wrong = Vec::new();
    for (name, bytes) in samples() {
        // Parts of a series come after all others, wherever they stand.
        let sorted = |bytes: &[u8]| {
            let mut import = imported(bytes);
            // One occurrence that is called off is no event of its own.
            import.events.retain(|e| !e.occurrence.as_ref().is_some_and(|of| of.cancelled));
            import.events.sort_by(|a, b| a.uid.cmp(&b.uid));
            import
        };
        let first = sorted(&bytes);
        let text = exported(&first);
        let second = sorted(text.as_bytes());
        let all = |import: &Import| -> Vec<String> {
            let one = |e: &calendar::ics::ImportedEvent| {
                let id = EventId::from_bytes([0; 16]);
                let check = Check { zones: zones(), person: None, origin: Origin::Outside };
                let event = e.draft.check(id, id, &check).expect("a valid draft");
                let draft = EventDraft::from(&event);
                format!("{} {} {:?} {draft:?}\n{}", e.uid, e.sequence, e.part_of, e.extra)
            };
            import.events.iter().map(one).collect()
        };
        for (before, after) in all(&first).into_iter().zip(all(&second)) {
            if before != after {
                wrong.push(format!("{name}:\n{before}\n{after}"));
            }
        }
        assert_eq!(first.events.len(), second.events.len(), "{name}:\n{text}");
        if exported(&second) != text {
            wrong
                .push(format!("{name} is written otherwise again:\n{text}\n{}", exported(&second)));
        }
        let short = text.split("\r\n").all(|line| line.len() <= 75);
        assert!(short && !text.replace("\r\n", "").contains(['\r', '\n']), "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
