//! Each file under `tests/data/vcf` has its reading beside it: `NAME.vcf` in, `NAME.txt` out. With
//! CARILLON_BLESS set the readings are written anew.

use std::{fs, path::PathBuf, sync::LazyLock};

use calendar::{
    id::PersonId,
    person::Person,
    vcard::{Cards, Edited, Outgoing, read, write},
    zones::{ZoneName, Zones},
};
use jiff::tz::TimeZoneDatabase;

fn zones() -> &'static Zones {
    static ZONES: LazyLock<Zones> =
        LazyLock::new(|| Zones::new(TimeZoneDatabase::bundled(), "bundled"));
    &ZONES
}

fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/vcf");
    let files = fs::read_dir(folder).expect("the sample files are there");
    let paths = files.map(|entry| entry.expect("a file").path());
    let mut samples: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "vcf"))
        .map(|path| (path.clone(), fs::read(path).expect("a readable file")))
        .collect();
    samples.sort();
    samples
}

fn said(cards: &Cards) -> String {
    let mut text = String::new();
    for person in &cards.people {
        text.push_str(&format!("{} line {}: {}\n", person.uid, person.line, person.name));
        let mut line = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("  {name} {value}\n"));
            }
        };
        line("born", &person.birthday);
        line("anniversary", &person.anniversary);
        line("in", &person.zone);
        line("leap day", &person.leap_day.map(|l| l.code().to_string()));
        line("changed", &person.stamp.map(|s| s.to_string()));
        person.extra.lines().for_each(|kept| line("kept", &Some(kept.into())));
    }
    for remark in &cards.remarks {
        text.push_str(&format!("line {}: {}\n", remark.line, remark.reason));
    }
    text
}

#[test]
fn every_file_of_cards_is_read_as_its_text_says() {
    let samples = samples();
    assert!(samples.len() >= 8, "{} sample files", samples.len());
    let mut wrong = Vec::new();
    for (path, bytes) in samples {
        let said = said(&read(&bytes, zones()));
        let reading = path.with_extension("txt");
        if std::env::var_os("CARILLON_BLESS").is_some() {
            fs::write(&reading, &said).expect("a reading");
        } else if said != fs::read_to_string(&reading).unwrap_or_default() {
            wrong.push(format!("== {}\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "these files are read otherwise:\n{}", wrong.join("\n"));
}

fn written(cards: &Cards) -> String {
    let person = |p: &calendar::vcard::ImportedPerson| Person {
        id: PersonId::from_bytes([0; 16]),
        name: p.name.clone(),
        zone: p.zone.clone().map(ZoneName::stored),
        leap_day: p.leap_day.unwrap_or_default(),
    };
    let people: Vec<Person> = cards.people.iter().map(person).collect();
    let outgoing: Vec<Outgoing<'_>> = cards
        .people
        .iter()
        .zip(&people)
        .map(|(card, person)| Outgoing {
            uid: &card.uid,
            person,
            birthday: card.birthday.as_deref(),
            anniversary: card.anniversary.as_deref(),
            edited: Edited::No,
            extra: &card.extra,
        })
        .collect();
    write(&outgoing)
}

#[test]
fn cards_that_were_read_and_written_read_the_same() {
    for (path, bytes) in samples() {
        let first = read(&bytes, zones());
        let text = written(&first);
        let second = read(text.as_bytes(), zones());
        let lines = |cards: &Cards| {
            let without_line = |p: &calendar::vcard::ImportedPerson| {
                let mut p = p.clone();
                p.line = 0;
                p
            };
            cards.people.iter().map(without_line).collect::<Vec<_>>()
        };
        assert_eq!(lines(&first), lines(&second), "{}\n{text}", path.display());
        assert_eq!(written(&second), text, "{}", path.display());
    }
}

/// Aim: no input panics. Method: sample files cut, doubled and mixed at every few bytes.
#[test]
fn mutilated_cards_are_read_without_a_panic() {
    let samples = samples();
    for (n, (_, bytes)) in samples.iter().enumerate() {
        let other = &samples[(n + 1) % samples.len()].1;
        for at in (0..bytes.len()).step_by(3) {
            let mixed = [&bytes[..at], &other[at.min(other.len())..]].concat();
            for bytes in [&bytes[..at], &bytes[at..], &mixed] {
                let cards = read(bytes, zones());
                assert!(!cards.people.is_empty() || !cards.remarks.is_empty());
                read(written(&cards).as_bytes(), zones());
            }
        }
    }
}
