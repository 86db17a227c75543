//! Time zones as tzdata 2025b has them, for tests that must not follow the host or newer data.
//!
//! `chrono-tz` 0.10 carries 2025b. Its transitions from 1960 to 2106 are found by bisection and
//! written as TZif, which jiff reads.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use chrono::{DateTime, Offset, TimeZone as _};
use jiff::tz::TimeZone;

const FROM: i64 = -315_619_200;
const TO: i64 = 4_291_747_200;

/// The zone of that name. Panics if 2025b has none.
pub fn zone(name: &str) -> TimeZone {
    static KNOWN: OnceLock<Mutex<HashMap<String, TimeZone>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().expect("no test panics in here");
    known.entry(name.to_owned()).or_insert_with(|| build(name)).clone()
}

fn build(name: &str) -> TimeZone {
    let source: chrono_tz::Tz = name.parse().expect("a zone of tzdata 2025b");
    let offset = |at: i64| {
        let utc = DateTime::from_timestamp(at, 0).expect("in range").naive_utc();
        source.offset_from_utc_datetime(&utc).fix().local_minus_utc()
    };
    let mut transitions = Vec::new();
    let (mut at, mut here) = (FROM, offset(FROM));
    while at < TO {
        let next = at + 86_400;
        let there = offset(next);
        if there != here {
            let (mut low, mut high) = (at, next);
            while high - low > 1 {
                let middle = (low + high) / 2;
                if offset(middle) == here { low = middle } else { high = middle }
            }
            transitions.push((high, there));
        }
        (at, here) = (next, there);
    }
    TimeZone::tzif(name, &tzif(offset(FROM), &transitions)).expect("a TZif of our own making")
}

/// The one abbreviation all offsets get.
const NAME: &[u8] = b"-00\0";

/// A version 2 TZif file; its version 1 part is empty, and later years keep the last offset
/// (without any rule for them jiff would list the last change again and again).
fn tzif(first: i32, transitions: &[(i64, i32)]) -> Vec<u8> {
    let mut offsets = vec![first];
    for (_, offset) in transitions {
        if !offsets.contains(offset) {
            offsets.push(*offset);
        }
    }
    let mut file = header(0, 1);
    file.extend([0; 6]);
    file.extend(NAME);
    file.extend(header(transitions.len(), offsets.len()));
    transitions.iter().for_each(|(at, _)| file.extend(at.to_be_bytes()));
    for (_, offset) in transitions {
        let index = offsets.iter().position(|known| known == offset).expect("it was put there");
        file.push(index as u8);
    }
    for offset in &offsets {
        file.extend(offset.to_be_bytes());
        file.extend([0, 0]);
    }
    file.extend(NAME);
    let last = transitions.last().map_or(first, |(_, offset)| *offset);
    let (sign, size) = if last > 0 { ('-', last) } else { ('+', -last) };
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    file.extend(format!("\n<-00>{sign}{hours:02}:{minutes:02}:{seconds:02}\n").into_bytes());
    file
}

fn header(times: usize, types: usize) -> Vec<u8> {
    let mut header = b"TZif2".to_vec();
    header.extend([0; 15]);
    for count in [0, 0, 0, times as u32, types as u32, NAME.len() as u32] {
        header.extend(count.to_be_bytes());
    }
    header
}
