//! What is asked for: read from one JSON object, checked, and bounded.

use std::borrow::Cow;

use calendar::{
    recurrence::{Rule, Series},
    timing::LocalStart,
};
use jiff::{
    civil::{DateTime, Time},
    fmt::temporal::Pieces,
    tz::TimeZone,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The most further dates and exceptions of one series.
const MOST_DATES: usize = 100_000;
/// The most rules of one series.
const MOST_RULES: usize = 100;

/// A line of the batch.
#[derive(Debug, Deserialize)]
pub struct Request<'a> {
    /// Given back as it came.
    #[serde(borrow, default)]
    pub id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub dtstart: Cow<'a, str>,
    #[serde(borrow, default)]
    pub tzid: Option<Cow<'a, str>>,
    #[serde(default)]
    pub rrule: Option<Rules>,
    #[serde(default, deserialize_with = "null_is_none")]
    pub exdate: Vec<String>,
    #[serde(default, deserialize_with = "null_is_none")]
    pub rdate: Vec<String>,
    #[serde(default)]
    pub count: Option<usize>,
    #[serde(borrow, default)]
    pub from: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub to: Option<Cow<'a, str>>,
}

/// One rule or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Rules {
    One(String),
    Several(Vec<String>),
}

fn null_is_none<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::<Vec<String>>::deserialize(from)?.unwrap_or_default())
}

/// The id of a line that is otherwise not understood, if it has one.
pub fn id_of(line: &[u8]) -> Option<Box<RawValue>> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: Box<RawValue>,
    }
    serde_json::from_slice::<OnlyId>(line).ok().map(|only| only.id)
}

/// What is to be expanded.
#[derive(Debug)]
pub struct Asked {
    pub series: Series,
    pub zone: Option<TimeZone>,
    /// From this local time on.
    pub from: DateTime,
    /// Up to this local time, not including it.
    pub to: Option<DateTime>,
    pub count: Option<usize>,
}

/// A local date or time as given.
#[derive(Debug, Clone, Copy)]
struct Given {
    at: DateTime,
    is_date: bool,
    is_utc: bool,
}

impl Request<'_> {
    /// Checks the request; `zone` knows zones by name.
    ///
    /// # Errors
    /// One sentence on the first thing that cannot be.
    pub fn read(
        &self,
        mut zone: impl FnMut(&str) -> Result<TimeZone, String>,
    ) -> Result<Asked, String> {
        let start = given("dtstart", &self.dtstart)?;
        let mut zone =
            self.tzid.as_deref().filter(|name| !name.is_empty()).map(&mut zone).transpose()?;
        if start.is_utc && zone.is_none() {
            zone = Some(TimeZone::UTC);
        }
        let place = |given: Given| match (&zone, given.is_utc) {
            (Some(zone), true) => local_of(given.at, zone),
            (Some(_) | None, _) => given.at,
        };
        let rules = self.rules()?;
        let first = place(start);
        let series = match start.is_date {
            true => Series::all_day(first, rules),
            false => Series::new(first, rules),
        };
        let read = |name: &str, list: &[String]| -> Result<Vec<DateTime>, String> {
            if list.len() > MOST_DATES {
                return Err(format!(
                    "{} dates in {name}: at most {MOST_DATES} are taken",
                    list.len()
                ));
            }
            let each = list.iter().flat_map(|text| text.split(','));
            // A bare date beside a DTSTART with a time means that day at the same time.
            let at = |given: Given| match (given.is_date, start.is_date) {
                (true, false) => given.at.date().to_datetime(first.time()),
                (false, true) | (true, true) | (false, false) => place(given),
            };
            // Of a period only the start counts.
            let start_of = |text: &str| text.split('/').next().unwrap_or(text).trim().to_string();
            each.map(|text| given(name, &start_of(text)).map(at)).collect()
        };
        let series = series
            .with_rdates(read("rdate", &self.rdate)?)
            .with_exdates(read("exdate", &self.exdate)?);
        let bound = |name, text: &Option<Cow<'_, str>>| {
            text.as_deref().map(|text| given(name, text).map(place)).transpose()
        };
        let (from, to) = (bound("from", &self.from)?, bound("to", &self.to)?);
        let earliest = series.rdates().next().map_or(first, |date| date.min(first));
        Ok(Asked { series, zone, from: from.unwrap_or(earliest), to, count: self.count })
    }

    fn rules(&self) -> Result<Vec<Rule>, String> {
        let texts: Vec<&str> = match &self.rrule {
            None => Vec::new(),
            Some(Rules::One(text)) if text.trim().is_empty() => Vec::new(),
            Some(Rules::One(text)) => vec![text],
            Some(Rules::Several(texts)) => texts.iter().map(String::as_str).collect(),
        };
        if texts.len() > MOST_RULES {
            return Err(format!("{} rules: at most {MOST_RULES} are taken", texts.len()));
        }
        texts.into_iter().map(|text| Rule::parse(text).map_err(|e| e.to_string())).collect()
    }
}

/// The wall time of a UTC time; outside the calendar it stays as it is.
fn local_of(utc: DateTime, zone: &TimeZone) -> DateTime {
    TimeZone::UTC.to_timestamp(utc).map_or(utc, |instant| zone.to_datetime(instant))
}

/// `20260301`, `20260301T090000`, either with a `Z`, or the same with dashes and colons.
fn given(name: &str, text: &str) -> Result<Given, String> {
    let text = text.trim();
    let (bare, is_utc) = match text.strip_suffix(['Z', 'z']) {
        Some(bare) => (bare, true),
        None => (text, false),
    };
    if let Some(local) = LocalStart::parse(bare).filter(|local| !local.fold) {
        return Ok(Given { at: local.at, is_date: bare.len() == 8, is_utc });
    }
    let plain = Pieces::parse(bare).ok().filter(|p| {
        bare.contains('-') && p.offset().is_none() && p.time_zone_annotation().is_none()
    });
    match plain {
        Some(pieces) => {
            let at = pieces.date().to_datetime(pieces.time().unwrap_or_else(Time::midnight));
            Ok(Given { at, is_date: pieces.time().is_none(), is_utc })
        }
        None => {
            let shown: String = text.chars().take(40).collect();
            Err(format!(
                "{name} '{shown}' is not a local time such as 20260301T090000 or a date such as 20260301"
            ))
        }
    }
}
