//! Random rules with a seed, for tests: the same seed gives the same rules on every machine.

use jiff::civil::{DateTime, date};

/// A small generator of our own (splitmix64), so that a failing seed stays a failing seed.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1) as u64) as i64
    }

    pub fn chance(&mut self, percent: i64) -> bool {
        self.range(1, 100) <= percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.range(0, of.len() as i64 - 1) as usize]
    }

    fn list(&mut self, most: i64, value: impl Fn(&mut Random) -> String) -> String {
        let mut values: Vec<String> = Vec::new();
        for _ in 0..self.range(1, most) {
            let next = value(self);
            if !values.contains(&next) {
                values.push(next);
            }
        }
        values.join(",")
    }
}

/// The seeds a property is tried with: the usual number, or as many as `CARILLON_SEEDS` says.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    let wanted = std::env::var("CARILLON_SEEDS").ok().and_then(|text| text.parse().ok());
    0..wanted.unwrap_or(usual)
}

pub const FREQS: [&str; 7] =
    ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

pub fn start(random: &mut Random) -> DateTime {
    let dom = *random.pick(&[1, 5, 13, 27, 28, 29, 30, 31]);
    let (year, month) = (random.range(1990, 2040) as i16, random.range(1, 12) as i8);
    let month = if random.chance(10) { 2 } else { month };
    let day = dom.min(date(year, month, 1).days_in_month());
    let hour = *random.pick(&[0, 1, 2, 9, 17, 23]);
    let second = if random.chance(20) { random.range(0, 59) as i8 } else { 0 };
    date(year, month, day).at(hour, *random.pick(&[0, 15, 30, 59]), second, 0)
}

/// A rule such as people and programs write, valid by RFC 5545; COUNT and UNTIL are left out.
pub fn rule(random: &mut Random) -> String {
    let freq = *random.pick(&FREQS);
    let mut parts = vec![format!("FREQ={freq}")];
    if random.chance(40) {
        let most = if random.chance(20) { 400 } else { 5 };
        parts.push(format!("INTERVAL={}", random.range(1, most)));
    }
    let mut numbered = false;
    let signed = |random: &mut Random, most| {
        let sign = if random.chance(40) { -1 } else { 1 };
        (sign * random.range(1, most)).to_string()
    };
    if random.chance(30) {
        parts.push(format!("BYMONTH={}", random.list(3, |r| r.range(1, 12).to_string())));
    }
    if freq == "YEARLY" && random.chance(15) {
        parts.push(format!("BYWEEKNO={}", random.list(3, |r| signed(r, 53))));
        numbered = true;
    }
    if !["MONTHLY", "WEEKLY", "DAILY"].contains(&freq) && random.chance(12) {
        parts.push(format!("BYYEARDAY={}", random.list(3, |r| signed(r, 366))));
    }
    if freq != "WEEKLY" && random.chance(25) {
        parts.push(format!("BYMONTHDAY={}", random.list(3, |r| signed(r, 31))));
    }
    if random.chance(35) {
        let most = if freq == "MONTHLY" { 5 } else { 53 };
        let may_number = !numbered && ["YEARLY", "MONTHLY"].contains(&freq);
        let days = random.list(3, |r| {
            let number = if may_number && r.chance(50) { signed(r, most) } else { String::new() };
            format!("{number}{}", r.pick(&DAYS))
        });
        parts.push(format!("BYDAY={days}"));
    }
    time_parts(random, &mut parts);
    if parts.len() > 1 && random.chance(20) {
        parts.push(format!("BYSETPOS={}", random.list(3, |r| signed(r, 6))));
    }
    if random.chance(15) {
        parts.push(format!("WKST={}", random.pick(&DAYS)));
    }
    parts.join(";")
}

fn time_parts(random: &mut Random, parts: &mut Vec<String>) {
    if random.chance(15) {
        parts.push(format!("BYHOUR={}", random.list(3, |r| r.range(0, 23).to_string())));
    }
    if random.chance(12) {
        parts.push(format!("BYMINUTE={}", random.list(3, |r| r.range(0, 59).to_string())));
    }
    if random.chance(10) {
        parts.push(format!("BYSECOND={}", random.list(3, |r| r.range(0, 59).to_string())));
    }
}
