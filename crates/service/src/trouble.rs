//! What is wrong with the ledger itself: nobody can look it up there, so the person is told by a
//! notification at once. That it cannot be written goes when it is over; what happened to it stays.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{
    Engine, Error,
    courier::{Courier, Handover, Message, Notice, Parcel},
    ledger::Ledger,
    swapped::Swapped,
};
use tokio::sync::{mpsc, watch};

use crate::aside::Aside;

/// The key of what goes when it is over.
pub(crate) const KEY: &str = "carillon-ledger-trouble";
/// The keys of what happened, one for each kind: none takes the place of another.
const SWAPPED: &str = "carillon-ledger-swapped";
const DELETED: &str = "carillon-ledger-deleted";
const DAMAGED: &str = "carillon-ledger-damaged";

/// What is to be told; nothing when it can be written again.
pub(crate) type Trouble = Option<Notice>;

/// What is to be told, the newest of each kind; kept while the ledger is led anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Untold(Arc<Mutex<All>>);

#[derive(Debug, Default)]
struct All {
    notices: Vec<Notice>,
    /// The trouble is over, and is still to go from the screen.
    is_over: bool,
}

impl Untold {
    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, trouble: Trouble) {
        let mut all = self.all();
        let key = trouble.as_ref().map_or(KEY, |notice| notice.key.as_str());
        all.notices.retain(|one| one.key != key);
        if key == KEY {
            // A new one comes in the place of the one before.
            all.is_over = trouble.is_none();
        }
        all.notices.extend(trouble);
    }

    fn first(&self) -> Option<Notice> {
        self.all().notices.first().cloned()
    }

    fn is_over(&self) -> bool {
        self.all().is_over
    }

    /// Tells all of it, and takes off what is over; what nobody can be told stays.
    async fn tell(&self, courier: &dyn Courier) {
        // Ends: what is told is no longer there.
        while let Some(notice) = self.first() {
            if !show(courier, notice.clone()).await {
                break;
            }
            // Not what was said of the same kind meanwhile.
            self.all().notices.retain(|one| *one != notice);
        }
        if self.is_over() {
            courier.withdraw(KEY).await;
            self.all().is_over = false;
        }
    }
}

/// Says what is to be told: it is kept at once, as the lead may end before it is.
#[derive(Debug, Clone)]
pub(crate) struct Teller {
    untold: Untold,
    call: mpsc::UnboundedSender<()>,
}

impl Teller {
    /// And where it is heard that there is something.
    pub(crate) fn new(untold: Untold) -> (Self, mpsc::UnboundedReceiver<()>) {
        let (call, heard) = mpsc::unbounded_channel();
        (Self { untold, call }, heard)
    }

    pub(crate) fn say(&self, trouble: Trouble) {
        self.untold.keep(trouble);
        // Whoever tells is gone only when the lead ends.
        self.call.send(()).unwrap_or(());
    }

    fn is_closed(&self) -> bool {
        self.call.is_closed()
    }
}

/// Tells what the driver says of the ledger, for as long as the driver lives. What nobody could be
/// told is told when there is somebody who shows it, which `look` may say.
pub(crate) async fn tell(
    courier: Arc<dyn Courier>,
    mut called: mpsc::UnboundedReceiver<()>,
    mut look: watch::Receiver<()>,
    untold: Untold,
) {
    loop {
        if courier.probe().is_ok() {
            untold.tell(&*courier).await;
        }
        let goes_on = tokio::select! {
            call = called.recv() => call.is_some(),
            changed = look.changed() => changed.is_ok(),
        };
        if !goes_on {
            return;
        }
    }
}

/// Tells one thing. Says whether that could be done.
pub(crate) async fn show(courier: &dyn Courier, notice: Notice) -> bool {
    let key = notice.key.clone();
    let message = Message::Notice(notice);
    let (claims, again) = (Vec::new(), Vec::new());
    let parcel = Parcel { claims, again, replaces: None, attempt: 1, use_by: None, message };
    let report = courier.hand_over(parcel).await;
    let is_told = matches!(report.handover, Handover::Accepted { .. });
    match is_told {
        true => tracing::info!(key, "said on the screen"),
        false => tracing::warn!(detail = %report.detail, "and nobody could be told on the screen"),
    }
    is_told
}

/// The words for what went wrong.
pub(crate) fn words(error: &Error) -> Notice {
    let (title, body) = match error {
        Error::Full => (
            "Carillon cannot write its ledger: the disk is full",
            "Nothing is told until there is room. Then it goes on by itself, and nothing is lost.".into(),
        ),
        Error::Busy => (
            "Carillon cannot write its ledger: another program holds it",
            "Nothing is told until that program lets go. Then it goes on by itself, and nothing is lost.".into(),
        ),
        other => (
            "Carillon cannot write its ledger",
            format!("{other}. Nothing is told meanwhile; `carillon doctor` says more."),
        ),
    };
    notice(title, body)
}

/// The words for a ledger that has the place of another one.
pub(crate) fn swapped(what: &Swapped) -> Notice {
    let began = |words: String| {
        let mut letters = words.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters).collect::<String>()
    };
    let body = format!(
        "{}. {}. What was due and unfinished in it, if anything, stands under please check; the window and `carillon doctor` say this until it was seen.",
        began(what.took()),
        began(what.lost())
    );
    kept(SWAPPED, &format!("Carillon's ledger {}", what.what()), body)
}

/// The words for a ledger that was deleted and put back.
pub(crate) fn put_back(how: &str) -> Notice {
    let body = format!("The service had it open and has put it back, {how}.");
    kept(DELETED, "Carillon's ledger was deleted", body)
}

/// The words for a deleted ledger that could not be put back.
pub(crate) fn not_put_back(error: &Error) -> Notice {
    let body = format!(
        "The service still has it open, but could not put it back: {error}. It is tried again; leave the \
         service running."
    );
    kept(DELETED, "Carillon's ledger was deleted", body)
}

/// The words for a damaged ledger that another program has open.
pub(crate) fn in_use(who: Option<&str>) -> Notice {
    let body = match who {
        Some(who) => format!(
            "A backup takes its place as soon as nobody has it open any more: close {who}. Nothing is told until \
             then."
        ),
        None => "A backup takes its place as soon as no window and no command has it open any more: close \
                 them. Nothing is told until then."
            .into(),
    };
    notice("Carillon's ledger is damaged", body)
}

/// The words for an older ledger that cannot be brought up to date yet.
pub(crate) fn held(who: &str) -> Notice {
    let body = format!(
        "The ledger has to be brought up to date first, and {who} has it open: close that. The new service takes over then."
    );
    notice("Carillon was updated", body)
}

/// The words for a damaged ledger that could not be mended.
pub(crate) fn unmended(error: &Error) -> Notice {
    let body = match error {
        Error::Full => "There is no room on the disk for the backup that is to take its place. Nothing is told \
                        until there is; then it goes on by itself."
            .into(),
        other => format!("{other}. Nothing is told meanwhile."),
    };
    notice("Carillon's ledger is damaged", body)
}

/// Looks at the whole file on a thread of its own, and tells if anything is wrong with it.
pub(crate) fn check(engine: Arc<Engine>, tell: Teller, aside: &Aside) {
    let work = move || {
        let found = Ledger::look(&engine.dir()).and_then(|ledger| match ledger {
            Some(ledger) => ledger.quick_check(),
            None => Ok(Vec::new()),
        });
        let records = engine
            .check_records()
            .map(|faults| faults.into_iter().map(|fault| fault.what).take(3).collect::<Vec<_>>());
        let faults: Vec<String> = [found, records]
            .into_iter()
            .flat_map(|found| found.unwrap_or_else(|error| vec![error.to_string()]))
            .collect();
        if tell.is_closed() {
            // The service has let go of the ledger meanwhile.
            return;
        }
        if let Err(error) = engine.note_doubt(faults.first().map(String::as_str)) {
            tracing::warn!(%error, "what was found could not be written down");
        }
        let Some(first) = faults.first() else {
            return tracing::info!("looked at all over: the ledger is whole");
        };
        tracing::error!(?faults, "the ledger is damaged");
        let body = format!(
            "{first}. `carillon doctor` says more, and `carillon restore` puts a backup in its place."
        );
        tell.say(Some(kept(DAMAGED, "Carillon's ledger may be damaged", body)));
    };
    if let Err(error) = aside.begin("check", work) {
        tracing::error!(%error, "the ledger could not be looked at");
    }
}

/// A notification of the service's own, which is about no reminder, and goes when it is over.
fn notice(title: &str, body: String) -> Notice {
    kept(KEY, title, body)
}

/// The same of what happened.
fn kept(key: &str, title: &str, body: String) -> Notice {
    Notice {
        key: key.into(),
        title: title.into(),
        body,
        alarm: false,
        // Nobody answers it: it can be opened.
        digest_of: Some(0),
        snooze_minutes: None,
        again: false,
    }
}

#[cfg(test)]
mod tests {
    use engine::courier::{BoxFuture, Report, Unavailable};

    use super::*;

    /// Says more while it shows the first.
    struct Chatty {
        teller: Teller,
        says: Mutex<Vec<Trouble>>,
        shown: Mutex<Vec<String>>,
    }

    impl Courier for Chatty {
        fn probe(&self) -> Result<(), Unavailable> {
            Ok(())
        }

        fn hand_over(&self, parcel: Parcel) -> BoxFuture<'_, Report> {
            for trouble in std::mem::take(&mut *self.says.lock().expect("unpoisoned")) {
                self.teller.say(trouble);
            }
            let Message::Notice(notice) = parcel.message else { unreachable!("they are notices") };
            self.shown.lock().expect("unpoisoned").push(notice.title);
            let handover = Handover::Accepted { shown_by: None };
            Box::pin(async { Report { handover, status: None, detail: String::new() } })
        }

        fn withdraw<'a>(&'a self, key: &'a str) -> BoxFuture<'a, ()> {
            self.shown.lock().expect("unpoisoned").push(format!("without {key}"));
            Box::pin(async {})
        }
    }
    #[tokio::test]
    async fn what_is_said_while_something_of_its_kind_is_shown_has_the_last_word() {
        let said = |key: &str, title: &str| {
            Some(Notice { key: key.into(), ..notice(title, String::new()) })
        };
        for (first, then, shown) in [
            (
                said(DELETED, "not put back"),
                vec![said(DELETED, "put back")],
                vec!["not put back", "put back"],
            ),
            (said(KEY, "full"), vec![None, said(KEY, "held")], vec!["full", "held"]),
            (
                said(KEY, "full"),
                vec![said(KEY, "held"), None],
                vec!["full", "without carillon-ledger-trouble"],
            ),
            (said(KEY, "full"), vec![said(DAMAGED, "damaged")], vec!["full", "damaged"]),
        ] {
            let untold = Untold::default();
            let (teller, called) = Teller::new(untold.clone());
            let (look, looking) = watch::channel(());
            teller.say(first);
            let courier =
                Arc::new(Chatty { teller, says: Mutex::new(then), shown: Mutex::default() });
            drop(look);
            tell(courier.clone(), called, looking, untold).await;
            assert_eq!(*courier.shown.lock().expect("unpoisoned"), shown);
        }
    }
}
