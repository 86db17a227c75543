//! Names of things: one type per kind of id, sixteen bytes (UUIDv7) each, written with a prefix
//! that tells a reader what it names. Making one needs randomness and a clock, so that is done
//! in the engine; here they are only carried, compared, read and written.

use std::{fmt, str::FromStr};

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not an id here: expected {prefix} followed by 32 hexadecimal digits")]
pub struct IdError {
    text: String,
    prefix: &'static str,
}

fn parse(text: &str, prefix: &'static str) -> Result<[u8; 16], IdError> {
    let fail = || IdError { text: text.chars().take(64).collect(), prefix };
    let hex = text.strip_prefix(prefix).ok_or_else(fail)?;
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(fail());
    }
    u128::from_str_radix(hex, 16).map(u128::to_be_bytes).map_err(|_| fail())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The bytes as the ledger stores them.
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{:032x}", $prefix, u128::from_be_bytes(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text, $prefix).map(Self)
            }
        }
    )*};
}

ids! {
    /// An event (one definition, perhaps recurring).
    EventId = "evt_";
    /// A delivery: one obligation to tell.
    DeliveryId = "dlv_";
    /// A channel: where reminders go.
    ChannelId = "chn_";
    /// A person.
    PersonId = "per_";
    /// A calendar: a named, coloured set of events.
    CalendarId = "cal_";
}

impl ChannelId {
    /// This computer's desktop: the one channel every ledger has from its first day.
    pub const DESKTOP: Self = Self([0; 16]);
}

impl CalendarId {
    /// The calendar a new ledger starts with.
    pub const FIRST: Self = Self([0; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written_and_no_other_text_is_one() {
        let id = EventId::from_bytes([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            "",
            "evt_",
            "dlv_07070707070707070707070707070707",
            "evt_+7070707070707070707070707070707",
            "evt_é",
        ] {
            assert!(bad.parse::<EventId>().is_err(), "{bad}");
        }
    }
}
