//! Aim: a line is read as it is meant, or refused in words.
//! Method: tables of lines and what came of each, to be read by eye, on a machine in Berlin on
//! Wednesday 18 November 2026, 10:27:43; and random lines, which must end soon and without panic.

mod quick_add_world;

use quick_add_world::{World, actual};

/// Compares a table with what is read now; the whole of it is written out when it differs.
fn check(name: &str, table: &str) {
    let world = World::new();
    let (mut wrong, mut now) = (Vec::new(), String::new());
    for line in table.lines() {
        let Some((text, wanted)) = line.split_once(" => ") else {
            now.push_str(&format!("{line}\n"));
            continue;
        };
        let found = actual(&world, text.trim_end());
        if found != wanted {
            wrong.push(format!("{text}\n  wanted {wanted}\n  found  {found}"));
        }
        now.push_str(&format!("{} => {found}\n", text.trim_end()));
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, now).expect("a file for comparison");
    assert!(wrong.is_empty(), "see {}\n{}", file.display(), wrong.join("\n"));
}

#[test]
fn dates_and_times_are_read() {
    check("dates.txt", include_str!("quick_add_world/dates.txt"));
}

#[test]
fn repetitions_are_read() {
    check("repeats.txt", include_str!("quick_add_world/repeats.txt"));
}

#[test]
fn zones_reminders_kinds_and_calendars_are_read() {
    check("around.txt", include_str!("quick_add_world/around.txt"));
}

#[test]
fn what_is_not_understood_is_refused_in_words() {
    check("refused.txt", include_str!("quick_add_world/refused.txt"));
}

#[test]
fn words_that_only_look_like_time_stay_in_the_title() {
    check("titles.txt", include_str!("quick_add_world/titles.txt"));
}

#[test]
fn ends_of_days_and_days_by_name_are_read_or_refused() {
    check("names.txt", include_str!("quick_add_world/names.txt"));
}

#[test]
fn what_people_type_in_haste_is_read_or_refused_and_never_dropped() {
    check("typed.txt", include_str!("quick_add_world/typed.txt"));
    check("said.txt", include_str!("quick_add_world/said.txt"));
    check("haste.txt", include_str!("quick_add_world/haste.txt"));
}

/// Words of the grammar and others, to be thrown together.
const WORDS: &[&str] = &[
    "lunch",
    "at",
    "on",
    "in",
    "by",
    "due",
    "from",
    "to",
    "until",
    "every",
    "other",
    "each",
    "the",
    "of",
    "for",
    "remind",
    "me",
    "and",
    ",",
    "tomorrow",
    "today",
    "next",
    "this",
    "last",
    "Friday",
    "Mon-Fri",
    "sun",
    "May",
    "24",
    "Dec",
    "31",
    "Feb",
    "29",
    "2027",
    "2027-05-01",
    "24.12.",
    "1/2",
    "9",
    "9:30",
    "25:00",
    "9am",
    "pm",
    "noon",
    "midnight",
    "9-10",
    "-",
    "2",
    "hours",
    "45m",
    "1h30",
    "weeks",
    "month",
    "year",
    "first",
    "second",
    "15th",
    "10",
    "times",
    "Europe/Lisbon",
    "Lisbon",
    "time",
    "EST",
    "Ana's",
    "her",
    "zone",
    "floating",
    "all",
    "day",
    "#work",
    "\"",
    "“",
    "”",
    "(",
    "é",
    "日本",
    "\u{202e}",
    "9999",
    "99999999999",
    "0",
    "none",
    "before",
    "morning",
    "night",
    "half",
    "past",
    "quarter",
    "week",
    "an",
    "a",
    "birthday",
    "’s",
    "11:59",
    "EOD",
    "end",
    "COB",
    "New",
    "Year's",
    "Eve",
    "Christmas",
    "Easter",
    "15h",
    "9000",
    "weekly",
    "hourly",
    "minutes",
    "starting",
    "between",
    "UTC",
    "+02:00",
    "x5",
    "thru",
    "notify",
    "weekends",
    "alternate",
    "tmrw",
    "decembr",
    "Mo-Fr",
    "3ish",
    "24.12",
    "830pm",
    "there",
    "Uhr",
    "\t",
    "@9",
    "@",
];

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap_or(0)
    }
}

/// What holds of every line, whatever came of it.
fn check_any(world: &World, text: &str) {
    let (spans, about) = match world.read(text) {
        Ok(reading) => {
            assert!(!reading.draft.title.trim().is_empty(), "{text:?}");
            assert!(!reading.echo.is_empty(), "{text:?}");
            (reading.spans, None)
        }
        Err(refusal) => {
            assert!(!refusal.message.contains('\n'), "{text:?}");
            (refusal.spans, Some(refusal.place))
        }
    };
    let mut end = 0;
    for place in spans.iter().map(|span| &span.place) {
        assert!(place.bytes.start >= end && place.bytes.end > place.bytes.start, "{text:?}");
        assert_eq!(text[..place.bytes.start].chars().count(), place.chars.start, "{text:?}");
        end = place.bytes.end;
    }
    assert!(about.is_none_or(|place| text.get(place.bytes).is_some()), "{text:?}");
}

#[test]
fn no_line_panics_and_all_end_soon() {
    let world = World::new();
    let mut random = Random(0x5eed_cafe_f00d);
    for _ in 0..3_000 {
        let count = 1 + random.below(14);
        let glue = ["", " "][usize::from(random.below(12) > 0)];
        let words: Vec<&str> = (0..count).map(|_| WORDS[random.below(WORDS.len())]).collect();
        check_any(&world, &words.join(glue));
    }
    for word in WORDS {
        check_any(&world, &format!("{word} ").repeat(150));
        check_any(&world, &word.repeat(150));
    }
}

#[test]
fn every_prefix_of_a_line_is_read_or_refused_as_it_is_typed() {
    let world = World::new();
    let line = "“lunch” with Ana every other Tuesday from 12:30 to 2pm Europe/Lisbon, remind 1d and 10m #work";
    for (at, _) in line.char_indices() {
        check_any(&world, &line[..at]);
    }
}

#[test]
fn what_is_put_in_quotes_is_title_and_the_rest_is_read_as_before() {
    let world = World::new();
    let text = "lunch Friday at noon, remind 1h";
    let reading = world.read(text).expect("a reading");
    let remind = reading.spans.last().expect("a span").place.bytes.clone();
    let quoted = format!("{}\"{}\"", &text[..remind.start], &text[remind.clone()]);
    let quoted = world.read(&quoted).expect("a reading");
    assert_eq!(quoted.draft.title, "lunch remind 1h");
    assert_eq!((quoted.draft.start, quoted.draft.reminders), (reading.draft.start, None));
}

#[test]
fn a_series_has_its_rule_and_zone_in_the_draft() {
    let world = World::new();
    let drafted = |text: &str| {
        let draft = world.read(text).expect(text).draft;
        format!("{} {} {}", draft.start, draft.zone.unwrap_or_default(), draft.rules.join(" "))
    };
    for (text, wanted) in [
        (
            "lunch every other Tuesday at noon Europe/Lisbon",
            "20261124T120000 Europe/Lisbon FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        ),
        ("pill every 4 hours from 12:00", "20261118T110000 UTC FREQ=HOURLY;INTERVAL=4"),
        (
            "pill every 4 hours until 20 Nov",
            "20261118T132800 UTC FREQ=HOURLY;INTERVAL=4;UNTIL=20261120T225959Z",
        ),
        ("call every day at 9 in Ana's zone", "20261119T090000 @Europe/Lisbon FREQ=DAILY"),
        ("pill every 4 hours in Ana's zone", "20261118T132800 UTC FREQ=HOURLY;INTERVAL=4"),
        ("pill every day at 8 floating", "20261119T080000  FREQ=DAILY"),
        (
            "pill every day at 9:00 and 21:00",
            "20261118T210000 Europe/Berlin FREQ=DAILY;BYHOUR=9,21;BYMINUTE=0",
        ),
        ("rent on the last day of every month", "20261130  FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("beer every last Friday of the month", "20261127  FREQ=MONTHLY;BYDAY=-1FR"),
        (
            "gym every Mon and Fri at 18:00 until 4 March",
            "20261120T180000 Europe/Berlin FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20270304",
        ),
        ("birthday of Ana on 29 Feb", "19720229  RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD"),
    ] {
        assert_eq!(drafted(text), wanted, "{text}");
    }
}

#[test]
fn spans_are_counted_in_characters_too() {
    let world = World::new();
    let reading = world.read("Café 🎂 tomorrow at noon").expect("a reading");
    let chars: Vec<_> = reading.spans.iter().map(|span| span.place.chars.clone()).collect();
    assert_eq!(chars, [7..15, 16..23]);
}
