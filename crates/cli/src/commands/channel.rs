//! `carillon channel`: where reminders go. A secret is shown once, when it is made.

use calendar::{
    delivery::{Guarantee, Profile},
    network::Network,
};
use engine::{
    channels::{ChannelChange, NewWebhook, Resting},
    endpoint::in_short,
    ledger::channel::{ChannelKind, ChannelRow},
    message::utc,
    rate::{LIFTED, Rate},
};
use serde::Serialize;

use super::event::{EffectShape, cancelled};
use crate::{
    answer::Answer,
    args::{Channel, NewChannel},
    failure::Failure,
    session::Session,
    words,
};

pub fn run(session: &Session, words: Channel) -> Result<Answer, Failure> {
    match words {
        Channel::Add(NewChannel::Webhook {
            name,
            url,
            network,
            guarantee,
            retries,
            rate: per_second,
            burst,
        }) => {
            let rate = Rate { per_second, burst };
            let new = NewWebhook { name, url, network, guarantee, retries, rate, request: None };
            add(session, &new)
        }
        Channel::Rate { name, rate, burst } => set_rate(session, &name, rate, burst),
        Channel::Edit { name, retries, guarantee } => edit(session, &name, retries, guarantee),
        Channel::List => list(session),
        Channel::Test { name } => test(session, &name),
        Channel::On { name } => on(session, &name),
        Channel::Rotate { name } => rotate(session, &name),
        Channel::Remove { name } => remove(session, &name),
    }
}

#[derive(Serialize)]
struct Added<'a> {
    id: String,
    name: &'a str,
    url: &'a str,
    network: &'static str,
    secret: &'a str,
    guarantee: &'static str,
    retries: &'static str,
}

fn add(session: &Session, new: &NewWebhook) -> Result<Answer, Failure> {
    let added = session.engine.add_webhook(new)?;
    let name = new.name.trim();
    let text = format!(
        "Added {name}: {}\nIts secret is {}\nKeep it now: it is not shown again.\n",
        added.id, added.secret
    );
    let shape = Added {
        id: added.id.to_string(),
        name,
        url: &new.url,
        network: new.network.code(),
        secret: &added.secret,
        guarantee: new.guarantee.code(),
        retries: new.retries.code(),
    };
    Ok(Answer::new(text, &shape))
}

#[derive(Serialize)]
struct Shape {
    id: String,
    kind: &'static str,
    name: String,
    url: Option<String>,
    network: Option<&'static str>,
    guarantee: &'static str,
    retries: &'static str,
    rate: Option<u32>,
    burst: Option<u32>,
    off: Option<String>,
    /// Until when its endpoint is given a rest, and the failures running that led to it.
    resting_until: Option<String>,
    failures: Option<u32>,
}

fn shape(session: &Session, row: &ChannelRow, resting: Option<&Resting>) -> Result<Shape, Failure> {
    let is_webhook = row.kind == ChannelKind::Webhook;
    Ok(Shape {
        id: row.id.to_string(),
        kind: row.kind.code(),
        name: row.name.clone(),
        url: is_webhook.then(|| session.engine.url_of(row)).transpose()?,
        network: is_webhook.then_some(row.network.code()),
        guarantee: row.guarantee.code(),
        retries: row.retries.code(),
        rate: is_webhook.then_some(row.rate.per_second),
        burst: is_webhook.then_some(row.rate.burst),
        off: row.off_reason.clone(),
        resting_until: resting.map(|rest| utc(rest.until)),
        failures: resting.map(|rest| rest.failures),
    })
}

fn list(session: &Session) -> Result<Answer, Failure> {
    let rows = session.engine.channels()?;
    let resting = session.engine.resting()?;
    let shapes: Vec<Shape> = rows
        .iter()
        .map(|row| shape(session, row, resting.get(&row.id)))
        .collect::<Result<_, _>>()?;
    let line = |(row, shape): (&ChannelRow, &Shape)| {
        let about = match row.kind {
            ChannelKind::Desktop => "notifications on this desktop".to_string(),
            ChannelKind::Webhook => format!(
                "{} ({}, {}, {} retries, {})",
                shape.url.as_deref().map(in_short).unwrap_or_default(),
                network(row.network),
                promise(row.guarantee),
                shape.retries,
                speed(row.rate)
            ),
        };
        let rests = resting.get(&row.id).map(|rest| rests(session, rest));
        let stands = row.off_words().map(|why| format!("off: {why}")).or(rests);
        [row.name.clone(), about, shape.id.clone(), stands.unwrap_or_default()]
    };
    let lines: Vec<[String; 4]> = rows.iter().zip(&shapes).map(line).collect();
    Ok(Answer::new(words::columns(&lines), &shapes))
}

const fn network(network: Network) -> &'static str {
    match network {
        Network::Public => "on the public internet",
        Network::Private => "on a private network",
        Network::Loopback => "on this computer",
    }
}

const fn promise(guarantee: Guarantee) -> &'static str {
    match guarantee {
        Guarantee::NeverMiss => "never miss",
        Guarantee::NeverRepeat => "never repeat",
    }
}

fn speed(rate: Rate) -> String {
    match rate.per_second {
        LIFTED => "no limit".into(),
        n => format!("{n} a second, {} at once", rate.burst),
    }
}

fn rests(session: &Session, rest: &Resting) -> String {
    let until = words::moment(rest.until, &session.zone());
    format!("resting until {until} after {}", words::count(rest.failures as usize, "failure"))
}

#[derive(Serialize)]
struct RateSet {
    id: String,
    rate: u32,
    burst: u32,
}

fn set_rate(
    session: &Session,
    name: &str,
    per_second: u32,
    burst: Option<u32>,
) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    let rate = Rate { per_second, burst: burst.unwrap_or(row.rate.burst) };
    let change = ChannelChange { rate: Some(rate), ..ChannelChange::default() };
    session.engine.change_channel(row.id, change, None)?;
    let text = match per_second {
        LIFTED => format!("{} is called without a limit.\n", row.name),
        n => {
            format!("{} is called {n} times a second at most, {} at once.\n", row.name, rate.burst)
        }
    };
    Ok(Answer::new(text, &RateSet { id: row.id.to_string(), rate: per_second, burst: rate.burst }))
}

#[derive(Serialize)]
struct Edited {
    id: String,
    guarantee: &'static str,
    retries: &'static str,
    to_check: u32,
}

fn edit(
    session: &Session,
    name: &str,
    retries: Option<Profile>,
    guarantee: Option<Guarantee>,
) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    let change = ChannelChange { guarantee, retries, rate: None };
    let changed = session.engine.change_channel(row.id, change, None)?;
    let (guarantee, retries) = (guarantee.unwrap_or(row.guarantee), retries.unwrap_or(row.retries));
    let mut text = format!(
        "{}: {}, {} retries. What waits for it follows that from its next try.\n",
        row.name,
        promise(guarantee),
        retries.code()
    );
    text.extend(changed.said().map(|said| said + "\n"));
    let edited = Edited {
        id: row.id.to_string(),
        guarantee: guarantee.code(),
        retries: retries.code(),
        to_check: changed.to_check,
    };
    Ok(Answer::new(text, &edited))
}

#[derive(Serialize)]
struct Tested {
    delivery: String,
}

fn test(session: &Session, name: &str) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    let delivery = session.engine.test_channel(row.id, None)?.to_string();
    let text = format!(
        "A test of {} is on its way. What became of it: carillon why {delivery}\n{}",
        row.name,
        session.warning()
    );
    Ok(Answer::new(text, &Tested { delivery }))
}

#[derive(Serialize)]
struct SwitchedOn {
    on: String,
    was_off: bool,
}

fn on(session: &Session, name: &str) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    session.engine.switch_on(row.id, None)?;
    let was_off = row.off_reason.is_some();
    let text = if was_off {
        format!(
            "Switched {0} on again. What failed meanwhile is sent again by: carillon retry --channel {1}\n{2}",
            row.name,
            words::argument(&row.name),
            session.warning()
        )
    } else {
        format!("{} was not off.\n", row.name)
    };
    Ok(Answer::new(text, &SwitchedOn { on: row.id.to_string(), was_off }))
}

#[derive(Serialize)]
struct Rotated {
    id: String,
    name: String,
    secret: String,
    old_until: String,
}

fn rotate(session: &Session, name: &str) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    let (secret, until) = session.engine.rotate_secret(row.id)?;
    let text = format!(
        "The new secret of {} is {secret}\nKeep it now: it is not shown again. Until {} each call is signed with the one of before, too.\n",
        row.name,
        words::moment_there(until, &session.zone())
    );
    let (id, name, old_until) = (row.id.to_string(), row.name, utc(until));
    Ok(Answer::new(text, &Rotated { id, name, secret, old_until }))
}

#[derive(Serialize)]
struct Removed {
    removed: String,
    /// So many events ring nowhere now.
    silent: u32,
    /// More is still being cancelled.
    goes_on: bool,
    #[serde(flatten)]
    effect: EffectShape,
}

fn remove(session: &Session, name: &str) -> Result<Answer, Failure> {
    let row = session.channel(name)?;
    if row.kind == ChannelKind::Desktop {
        let message = "this desktop cannot be removed: only webhook channels can";
        return Err(Failure::refused("channel", message));
    }
    let gone = session.engine.remove_channel(row.id, None)?;
    let mut text = format!("Removed {}{}", row.name, cancelled(&gone.effect));
    if let Some(said) = gone.said() {
        text.push_str(&format!(" {said}"));
    }
    let effect = EffectShape::of(&gone.effect);
    let (silent, goes_on) = (gone.silent, gone.goes_on);
    let removed = Removed { removed: row.id.to_string(), silent, goes_on, effect };
    Ok(Answer::new(text, &removed))
}
