//! What the system bus tells: logind says when the machine resumes, timedated when somebody
//! chose another zone. A machine without a system bus loses nothing but the hint: the timer
//! is cut short by a resume as well, and the zone file is watched.

use zbus::{
    Connection, MatchRule, Message, MessageStream, export::ordered_stream::OrderedStreamExt,
    message::Type,
};

use super::Signals;

/// Listens for as long as the bus lives. Not connected again: the ceiling covers a system bus
/// that was restarted, which takes the whole session with it on most systems.
pub(super) async fn listen(signals: Signals) {
    if let Err(error) = follow(&signals).await {
        tracing::info!(%error, "no system bus: resume is noticed by the timer alone");
    }
}

async fn follow(signals: &Signals) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let resume = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.login1")?
        .path("/org/freedesktop/login1")?
        .interface("org.freedesktop.login1.Manager")?
        .member("PrepareForSleep")?
        .build();
    let zone = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.timedate1")?
        .path("/org/freedesktop/timedate1")?
        .interface("org.freedesktop.DBus.Properties")?
        .member("PropertiesChanged")?
        .build();
    let mut resume = MessageStream::for_match_rule(resume, &bus, Some(4)).await?;
    let mut zone = MessageStream::for_match_rule(zone, &bus, Some(4)).await?;
    tracing::debug!("listening for resume and zone changes on the system bus");
    // Ends when the bus goes away: both streams end with it.
    loop {
        tokio::select! {
            message = resume.next() => match message {
                Some(message) => {
                    if is_resume(&message?) {
                        signals.resumed();
                    }
                }
                None => return Ok(()),
            },
            message = zone.next() => match message {
                Some(message) => {
                    message?;
                    signals.zone_changed();
                }
                None => return Ok(()),
            },
        }
    }
}

/// `PrepareForSleep(true)` comes before the sleep, `(false)` after it.
fn is_resume(message: &Message) -> bool {
    matches!(message.body().deserialize::<bool>(), Ok(false))
}
