//! Bytes that are nearly right: sound input, bent in one or several places, and rules that are
//! sound and meant to make a walker work. The same random numbers give the same bytes.

use crate::{
    Target, files,
    random_rules::{self, FREQS, Random},
};

/// Input for a target.
pub fn input(target: Target, random: &mut Random) -> Vec<u8> {
    match target {
        Target::Rrule => rule(random).into_bytes(),
        Target::Ics => file(random, files::calendars()),
        Target::Vcf => file(random, files::cards()),
        Target::Quick => line(random).into_bytes(),
    }
}

/// A rule: usual, extreme, or bent.
pub fn rule(random: &mut Random) -> String {
    let text = match random.range(0, 9) {
        0..=2 => random_rules::rule(random),
        _ => extreme(random),
    };
    if random.chance(25) { bent(random, text.as_bytes(), &RULE_WORDS) } else { text }
}

const RULE_WORDS: [&str; 14] = [
    ";",
    "=",
    ",",
    "-",
    "0",
    "99999999999",
    "FREQ=DAILY",
    "COUNT=0",
    "BYDAY=",
    "MO",
    "Z",
    "UNTIL=20270230T250000Z",
    "RSCALE=HEBREW",
    "\u{1f514}",
];

/// A sound rule of parts that seldom or never meet, or of as many values as there are.
fn extreme(random: &mut Random) -> String {
    let mut text = format!("FREQ={}", random.pick(&FREQS));
    let mut part = |name: &str, value: String| text.push_str(&format!(";{name}={value}"));
    if random.chance(50) {
        let most = *random.pick(&[2, 7, 100, 400, 4_294_967_295]);
        part("INTERVAL", random.range(1, most).to_string());
    }
    let lists: [(&str, i64, i64, bool, i64); 8] = [
        ("BYMONTH", 1, 12, false, 25),
        ("BYWEEKNO", 1, 53, true, 15),
        ("BYYEARDAY", 1, 366, true, 20),
        ("BYMONTHDAY", 1, 31, true, 25),
        ("BYHOUR", 0, 23, false, 15),
        ("BYMINUTE", 0, 59, false, 15),
        ("BYSECOND", 0, 60, false, 15),
        ("BYSETPOS", 1, 366, true, 20),
    ];
    for (name, low, high, is_signed, percent) in lists {
        if random.chance(percent) {
            let length = *random.pick(&[1, 1, 2, 5, 60]);
            let value = |random: &mut Random| {
                let sign = if is_signed && random.chance(40) { -1 } else { 1 };
                (sign * random.range(low, high)).to_string()
            };
            let values: Vec<String> = (0..length).map(|_| value(random)).collect();
            part(name, values.join(","));
        }
    }
    if random.chance(30) {
        let day = |random: &mut Random| {
            let number = match random.range(0, 3) {
                0 => random.range(1, 53).to_string(),
                1 => random.range(-53, -1).to_string(),
                _ => String::new(),
            };
            format!("{number}{}", random.pick(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"]))
        };
        let days: Vec<String> = (0..random.range(1, 9)).map(|_| day(random)).collect();
        part("BYDAY", days.join(","));
    }
    match random.range(0, 5) {
        0 => {
            // Seldom more than can be walked: that alone takes as long as thousands of others.
            let most = if random.chance(2) { 4_294_967_295 } else { 3_000 };
            part("COUNT", random.range(1, most).to_string());
        }
        1 => part("UNTIL", format!("{}1231T235959Z", random.range(1970, 9999))),
        _ => {}
    }
    if random.chance(15) {
        part("RSCALE", "GREGORIAN".into());
        part("SKIP", (*random.pick(&["OMIT", "BACKWARD", "FORWARD"])).into());
    }
    text
}

/// A sample file with its lines and bytes bent.
fn file(random: &mut Random, samples: &[Vec<u8>]) -> Vec<u8> {
    let sample = random.pick(samples);
    let mut lines: Vec<Vec<u8>> = sample.split_inclusive(|b| *b == b'\n').map(Into::into).collect();
    for _ in 0..random.range(1, 6) {
        bend_lines(random, &mut lines, samples);
    }
    let bytes = lines.concat();
    if random.chance(30) { bent_bytes(random, &bytes) } else { bytes }
}

fn bend_lines(random: &mut Random, lines: &mut Vec<Vec<u8>>, samples: &[Vec<u8>]) {
    if lines.is_empty() {
        return;
    }
    let most = lines.len() as i64 - 1;
    let at = random.range(0, most) as usize;
    match random.range(0, 6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[random.range(0, most) as usize].clone()),
        2 => lines.swap(at, random.range(0, most) as usize),
        3 => lines[at] = format!("RRULE:{}\r\n", rule(random)).into_bytes(),
        4 => {
            let other = random.pick(samples);
            let others: Vec<&[u8]> = other.split_inclusive(|b| *b == b'\n').collect();
            lines.insert(at, random.pick(&others).to_vec());
        }
        5 => lines[at] = bent(random, &lines[at], &FILE_WORDS).into_bytes(),
        _ => lines[at].truncate(random.range(0, 20) as usize),
    }
}

const FILE_WORDS: [&str; 16] = [
    ":",
    ";",
    "=",
    "\"",
    "\r\n",
    "\n ",
    "\\n",
    "BEGIN:VEVENT\n",
    "END:VEVENT\n",
    "VALUE=DATE",
    "TZID=EST",
    "-P1W",
    "P99999999999D",
    "00000000T000000",
    "99991231T235960Z",
    "\u{feff}",
];

/// Words of quick add in no good order, some of them bent.
fn line(random: &mut Random) -> String {
    let count = random.range(1, 12);
    let words: Vec<&str> = (0..count).map(|_| *random.pick(&QUICK_WORDS)).collect();
    let text = words.join(*random.pick(&[" ", " ", " ", ", ", "", "  "]));
    if random.chance(30) { bent(random, text.as_bytes(), &QUICK_WORDS) } else { text }
}

const QUICK_WORDS: [&str; 64] = [
    "lunch",
    "with",
    "Ana",
    "every",
    "other",
    "Tuesday",
    "at",
    "noon",
    "Europe/Lisbon",
    "remind",
    "10m",
    "tomorrow",
    "today",
    "tonight",
    "next",
    "Friday",
    "last",
    "of",
    "the",
    "month",
    "in",
    "2",
    "hours",
    "3 days",
    "on",
    "24 Dec",
    "Dec 24 2027",
    "2027-02-30",
    "24.12.",
    "1/2",
    "9",
    "9am",
    "9:30",
    "25:00",
    "midnight",
    "from",
    "to",
    "10:30",
    "-",
    "for",
    "45m",
    "all day",
    "weekday",
    "4 hours",
    "until",
    "10 times",
    "by",
    "17:00",
    "before",
    "none",
    "#Home",
    "#Nowhere",
    "\"at 9\"",
    "\"",
    "Ana's zone",
    "Lisbon",
    "EST",
    "floating",
    "31st",
    "February",
    "yearly",
    "second",
    "\u{1f514}",
    "99999999999999",
];

/// Text with pieces of its own or of others put in, taken out or doubled.
fn bent(random: &mut Random, bytes: &[u8], words: &[&str]) -> String {
    let mut chars: Vec<char> = String::from_utf8_lossy(bytes).chars().collect();
    for _ in 0..random.range(1, 4) {
        let at = random.range(0, chars.len() as i64) as usize;
        let to = (at + random.range(0, 6) as usize).min(chars.len());
        match random.range(0, 2) {
            0 => drop(chars.drain(at..to)),
            1 => drop(chars.splice(at..at, random.pick(words).chars())),
            _ => {
                let piece: Vec<char> = chars[at..to].to_vec();
                chars.splice(at..at, piece);
            }
        }
    }
    chars.into_iter().collect()
}

fn bent_bytes(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.range(1, 8) {
        let Some(most) = (bytes.len() as i64).checked_sub(1).filter(|most| *most >= 0) else {
            break;
        };
        let at = random.range(0, most) as usize;
        bytes[at] = random.range(0, 255) as u8;
    }
    bytes
}
