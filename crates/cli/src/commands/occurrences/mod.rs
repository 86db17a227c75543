//! `carillon occurrences`: pure expansion of a recurrence rule, without ledger and clock. One by
//! one from the command line, or with `--batch` one JSON object a line, each answered with one
//! line; a bad line is answered with an error and never ends the run.

mod expand;
mod request;

use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write},
};

use calendar::zones::Zones;
use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::value::RawValue;

use self::{expand::Expansion, request::Request};
use crate::{answer::Answer, args, failure::Failure, words};

/// The longest line taken, in bytes.
const LINE_MAX: usize = 4 << 20;
/// What is read and written at once.
const BUFFER: usize = 1 << 17;

/// Zones by name, each looked up once.
struct ZoneCache {
    zones: Zones,
    known: HashMap<String, TimeZone>,
}

impl ZoneCache {
    fn new() -> Self {
        Self { zones: engine::zones::load().zones, known: HashMap::new() }
    }

    fn get(&mut self, name: &str) -> Result<TimeZone, String> {
        if let Some(zone) = self.known.get(name) {
            return Ok(zone.clone());
        }
        let checked = self.zones.check(name).map_err(|e| e.to_string())?;
        let zone = self.zones.zone(&checked).0;
        self.known.insert(name.to_string(), zone.clone());
        Ok(zone)
    }
}

/// Answers standard input line by line.
pub fn batch() -> Result<Answer, Failure> {
    let input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let output = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match answer_all(input, output) {
        Ok(()) => Ok(Answer::nothing()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Answer::nothing()),
        Err(error) => Err(Failure::failed(format!("the batch ended early: {error}"))),
    }
}

fn answer_all(mut input: BufReader<impl Read>, mut output: impl Write) -> io::Result<()> {
    let mut zones = ZoneCache::new();
    let (mut line, mut said) = (Vec::new(), String::new());
    // Ends with the input.
    loop {
        line.clear();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        if (&mut input).take(limit).read_until(b'\n', &mut line)? == 0 {
            return output.flush();
        }
        said.clear();
        if line.len() == LINE_MAX && line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
            refuse(&mut said, None, &format!("a line has at most {LINE_MAX} bytes, this has more"));
        } else if line.trim_ascii().is_empty() {
            continue;
        } else {
            answer_line(&line, &mut zones, &mut said);
        }
        said.push('\n');
        output.write_all(said.as_bytes())?;
        // Whoever waits for this answer before asking on gets it now.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
}

fn answer_line(line: &[u8], zones: &mut ZoneCache, said: &mut String) {
    let request: Request<'_> = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => {
            let id = request::id_of(line);
            return refuse(said, id.as_deref(), &format!("the line is not understood: {error}"));
        }
    };
    let expanded = request.read(|name| zones.get(name)).map(|asked| expand::expand(&asked));
    match expanded {
        Ok(expansion) => {
            let id = request.id.map_or("null", RawValue::get);
            said.push_str(&format!("{{\"id\":{id},"));
            expansion.write(said);
            said.push('}');
        }
        Err(reason) => refuse(said, request.id, &reason),
    }
}

fn refuse(said: &mut String, id: Option<&RawValue>, reason: &str) {
    let id = id.map_or("null", RawValue::get);
    let reason = serde_json::to_string(reason).expect("BUG: a text is JSON");
    said.push_str(&format!("{{\"id\":{id},\"error\":{reason}}}"));
}

/// Expands what the command line says.
pub fn one(words: &args::Occurrences) -> Result<Answer, Failure> {
    let mut zones = ZoneCache::new();
    let request = Request {
        id: None,
        dtstart: words.dtstart.as_deref().unwrap_or("").into(),
        tzid: words.zone.as_deref().map(Into::into),
        rrule: words.rrule.clone().map(request::Rules::One),
        exdate: words.exdate.clone(),
        rdate: words.rdate.clone(),
        count: words.count,
        from: words.from.as_deref().map(Into::into),
        to: words.to.as_deref().map(Into::into),
    };
    let asked = request
        .read(|name| zones.get(name))
        .map_err(|reason| Failure::usage("occurrences", reason))?;
    let expansion = expand::expand(&asked);
    let mut json = String::from("{");
    expansion.write(&mut json);
    json.push('}');
    let shape: Box<RawValue> = RawValue::from_string(json).expect("BUG: an expansion is JSON");
    Ok(Answer::new(text(&expansion), &shape))
}

fn text(expansion: &Expansion) -> String {
    if expansion.local.is_empty() {
        return "There is no occurrence.".into();
    }
    let local = |at: &DateTime| match expansion.is_date {
        true => words::date(at.date()),
        false => at.strftime("%a %-d %b %Y, %H:%M:%S").to_string(),
    };
    let rows: Vec<[String; 2]> = match &expansion.utc {
        Some(utc) => {
            expansion.local.iter().zip(utc).map(|(l, u)| [local(l), u.to_string()]).collect()
        }
        None => expansion.local.iter().map(|l| [local(l), String::new()]).collect(),
    };
    let more = if expansion.complete { "" } else { "and so on\n" };
    format!("{}{more}", words::columns(&rows))
}

#[cfg(test)]
mod tests;
