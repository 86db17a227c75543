//! Why a delivery is in the state it is: one closed list of codes, one sentence each. Codes are
//! what the ledger and JSON say; sentences are what people read. A sentence is a word for the state
//! and a cause, so that who shows the state already can say the cause alone.

use std::{fmt, str::FromStr};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $word:literal $cause:literal;)*) => {
        /// A reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code in the ledger and in JSON.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The sentence for people, where nothing else says the state.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => concat!($word, $cause),)* }
            }

            /// The sentence without the word for the state: for beside it.
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)* }
            }
        }
    };
}

reasons! {
    /// First planned.
    Planned = "planned", "" "planned from the event";
    /// Its event moved.
    Moved = "planned.moved", "" "the event's time changed, so this moved with it";
    /// An edit brought it back.
    BroughtBack = "planned.again", "" "wanted again after a change";
    /// A snooze asked for it.
    Snoozed = "planned.snooze", "" "snoozed until then";
    /// Nobody has answered.
    Nagged = "planned.nag", "" "not answered yet, to be told again";
    /// A test asked for it.
    Test = "planned.test", "" "a test asked for by a person";
    /// The claim.
    Claimed = "claimed", "" "taken up to be sent";
    /// A person asked for another try.
    RetryAsked = "retry.asked", "" "a person asked for another try";
    /// Another try after a passing failure.
    RetryTransient = "retry.transient", "" "the other side could not take it now";
    /// Another try after an answer that hardly mends itself.
    RetryRefused = "retry.refused", "" "the other side refused it, so only a few more tries are made";
    /// Another try after its endpoint could not be trusted.
    RetryCertificate = "retry.certificate", "" "the endpoint's certificate is not trusted, so nothing was sent";
    /// Another try after an uncertain end.
    RetryAmbiguous = "retry.ambiguous", "" "nobody knows whether it arrived, so it is sent again with the same key";
    /// Cut off, taken up again.
    Again = "again.cut_off", "" "Carillon was cut off while sending, so it is sent again with the same key";
    /// A hold ended.
    Released = "released", "" "what it waited for ended";
    /// Told in time.
    OnTime = "told.on_time", "told " "on time";
    /// Told in a digest.
    InDigest = "told.in_digest", "told " "in one digest with others";
    /// Shown in the inbox only.
    InboxOnly = "told.inbox_only", "" "kept in the inbox without a pop-up";
    /// Late: asleep.
    LateAsleep = "late.asleep", "told late: " "the computer was asleep";
    /// Late: the service was off.
    LateServiceOff = "late.service_off", "told late: " "the reminder service was not running";
    /// Late: the service did not go on, though the computer was awake.
    LateStopped = "late.stopped", "told late: " "Carillon was stopped, while the computer was awake";
    /// Late: the service was woken seconds after it had asked to be.
    LateOverslept = "late.overslept", "told late: " "Carillon was woken too late: it or the computer was stopped or very busy";
    /// Late: there was no room for the ledger's writes.
    LateDiskFull = "late.disk_full", "told late: " "the disk with the ledger was full";
    /// Late: the ledger could not be written, for another cause.
    LateUnwritable = "late.unwritable", "told late: " "the ledger could not be written";
    /// Late: moved into the past.
    LateMoved = "late.moved", "told late: " "its time moved into the past";
    /// Late: held.
    LateHeld = "late.held", "told late: " "it had to wait";
    /// Late: held by quiet hours.
    LateQuiet = "late.quiet_hours", "told late: " "it waited for quiet hours to end";
    /// Late: held by a pause.
    LatePaused = "late.paused", "told late: " "reminders were paused";
    /// Late: held for the clock.
    LateClock = "late.clock", "told late: " "the computer's clock had jumped, and it waited for somebody to confirm it";
    /// Late: retried.
    LateRetried = "late.retried", "told late: " "earlier tries failed";
    /// Late: taken away, and back only then.
    LateBroughtBack = "late.brought_back", "told late: " "it had been taken away and came back after its moment";
    /// Late: tried again by a person.
    LateRetryAsked = "late.retry_asked", "told late: " "an earlier try had failed or was cut off, and a person asked for another";
    /// Late: never tried, until a person asked for it.
    LateAsked = "late.asked", "told late: " "it waited until a person had it told";
    /// Late: anything else.
    LateBusy = "late.busy", "told late: " "the computer was busy or its clock was set forward";
    /// Missed: over.
    ExpiredEventOver = "expired.event_over", "missed: " "the event was over before it could be told";
    /// Missed: begun.
    ExpiredBegun = "expired.event_begun", "missed: " "the event had begun before it could be told";
    /// Missed: deadline.
    ExpiredDeadline = "expired.deadline", "missed: " "the deadline passed before it could be told";
    /// Missed: too old.
    ExpiredAge = "expired.age", "missed: " "it was too old to be worth telling";
    /// Skipped: past.
    SkippedPast = "skipped.past_when_saved", "skipped: " "its moment had passed when the event was saved";
    /// Skipped: overlap.
    SkippedOverlap = "skipped.overlap", "skipped: " "the run before it was due and not yet through";
    /// Coalesced.
    Coalesced = "coalesced.latest", "skipped: " "a later one of the same reminder was told instead";
    /// Coalesced: too many.
    CoalescedOverflow = "coalesced.overflow", "skipped: " "more were due at once than are told one by one";
    /// Cancelled: edited.
    CancelledEdited = "cancelled.edited", "cancelled: " "the event was changed";
    /// Cancelled: deleted.
    CancelledDeleted = "cancelled.deleted", "cancelled: " "the event was deleted";
    /// Cancelled: its occurrence was taken out of the series, which goes on or ends before it.
    CancelledLeftOut = "cancelled.left_out", "cancelled: " "this occurrence was left out";
    /// Cancelled: disabled.
    CancelledDisabled = "cancelled.disabled", "cancelled: " "the event was cancelled, or its reminders switched off";
    /// Cancelled: acknowledged.
    CancelledAcknowledged = "cancelled.acknowledged", "cancelled: " "the reminder was acknowledged";
    /// Cancelled: told later instead.
    CancelledBySnooze = "cancelled.snoozed", "" "snoozed, to be told later";
    /// Cancelled: a snooze, by another.
    CancelledSnoozed = "cancelled.snoozed_again", "cancelled: " "it was snoozed again";
    /// Cancelled: channel removed.
    CancelledChannel = "cancelled.channel_removed", "cancelled: " "its channel was removed";
    /// Held: no notifier.
    HeldNoNotifier = "held.no_notifier", "waiting: " "there is no notification service";
    /// Held: quiet hours.
    HeldQuiet = "held.quiet_hours", "waiting: " "quiet hours";
    /// Held: paused.
    HeldPaused = "held.paused", "waiting: " "reminders are paused";
    /// Held: secret locked.
    HeldSecret = "held.secret_locked", "waiting: " "the secrets cannot be opened";
    /// Held: breaker.
    HeldResting = "held.endpoint_resting", "waiting: " "the endpoint failed repeatedly and is given a rest";
    /// Held: the endpoint asked for time.
    HeldAsked = "held.endpoint_asked", "waiting: " "the endpoint asked to be left alone for a while";
    /// Held: offline.
    HeldOffline = "held.offline", "waiting: " "there is no network";
    /// Held: clock.
    HeldClock = "held.clock", "waiting: " "the computer's clock jumped and was not confirmed";
    /// Dead: refused.
    DeadPermanent = "dead.permanent", "failed: " "the other side refused it for good";
    /// Dead: tries used up.
    DeadExhausted = "dead.exhausted", "failed: " "every try was used up";
    /// Dead: its time is over.
    DeadOutOfTime = "dead.out_of_time", "failed: " "no try is known to have been taken before its time was over";
    /// Dead: endpoint gone.
    DeadGone = "dead.gone", "failed: " "the endpoint said it is gone and was switched off";
    /// Dead: quarantined.
    DeadQuarantined = "dead.quarantined", "failed: " "sending it cut Carillon off three times, so it was set aside";
    /// Review: cut off.
    ReviewCutOff = "review.cut_off", "please check: " "cut off while sending, so it may or may not have arrived, and it was not to be repeated";
    /// Review: an earlier one under this name is in doubt.
    ReviewEarlier = "review.earlier_unknown", "please check: " "it may have arrived before it was wanted again: nobody knows what became of that try, and it was not to be repeated";
    /// Review: no answer.
    ReviewNoAnswer = "review.no_answer", "please check: " "no answer came after it was sent, so it may or may not have arrived, and it was not to be repeated";
    /// Review: restored.
    ReviewRestored = "review.restored", "please check: " "the ledger was restored, so nobody knows whether this was told";
    /// Discarded by a person.
    Discarded = "discarded.note", "" "set aside by a person";
    /// Discarded for a new one.
    DiscardedReplaced = "discarded.replaced", "" "replaced by a new one";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Reason {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|r| r.code() == text);
        found.ok_or_else(|| format!("reason '{text}' is not known"))
    }
}

impl Reason {
    /// Whether it says that something is no longer wanted, and why.
    pub const fn is_cancel(self) -> bool {
        matches!(
            self,
            Self::CancelledEdited
                | Self::CancelledDeleted
                | Self::CancelledLeftOut
                | Self::CancelledDisabled
                | Self::CancelledAcknowledged
                | Self::CancelledBySnooze
                | Self::CancelledSnoozed
                | Self::CancelledChannel
        )
    }

    /// Whether it says that a person's answer made it unwanted, which no edit takes back.
    pub const fn is_answer(self) -> bool {
        matches!(
            self,
            Self::CancelledAcknowledged | Self::CancelledBySnooze | Self::CancelledSnoozed
        )
    }

    /// Why something will be late that waits for this reason.
    pub const fn as_late(self) -> Self {
        match self {
            Self::HeldQuiet => Self::LateQuiet,
            Self::HeldPaused => Self::LatePaused,
            Self::HeldClock => Self::LateClock,
            _ => Self::LateHeld,
        }
    }

    /// Whether something is late because it was held.
    pub const fn is_hold(self) -> bool {
        matches!(self, Self::LateHeld | Self::LateQuiet | Self::LatePaused | Self::LateClock)
    }

    /// Whether something is late that a person had sent.
    pub const fn is_asked_for(self) -> bool {
        matches!(self, Self::LateRetryAsked | Self::LateAsked)
    }

    /// Whether it was held back because a person wants no pop-ups at that time.
    pub const fn is_silence(self) -> bool {
        matches!(self, Self::LateQuiet | Self::LatePaused)
    }

    /// Whether it says that something was no longer worth telling.
    pub const fn is_missed(self) -> bool {
        matches!(
            self,
            Self::ExpiredEventOver
                | Self::ExpiredBegun
                | Self::ExpiredDeadline
                | Self::ExpiredAge
                | Self::InboxOnly
        )
    }

    /// Whether it says that something was told after its time, and why.
    pub const fn is_late(self) -> bool {
        matches!(
            self,
            Self::LateAsleep
                | Self::LateServiceOff
                | Self::LateStopped
                | Self::LateOverslept
                | Self::LateDiskFull
                | Self::LateUnwritable
                | Self::LateMoved
                | Self::LateHeld
                | Self::LateQuiet
                | Self::LatePaused
                | Self::LateClock
                | Self::LateRetried
                | Self::LateBroughtBack
                | Self::LateRetryAsked
                | Self::LateAsked
                | Self::LateBusy
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn a_cause_does_not_repeat_the_word_for_its_state() {
        let words = ["told", "missed", "skipped", "cancelled", "waiting", "failed", "please check"];
        for reason in Reason::ALL {
            let (cause, sentence) = (reason.cause(), reason.sentence());
            assert!(!words.iter().any(|word| cause.starts_with(word)), "{cause}");
            assert!(sentence.ends_with(cause) && !cause.is_empty(), "{sentence}");
        }
        assert_eq!(Reason::LateAsleep.sentence(), "told late: the computer was asleep");
        assert_eq!(Reason::LateAsleep.cause(), "the computer was asleep");
        assert_eq!(Reason::OnTime.sentence(), "told on time");
    }
}
