//! A damaged ledger is mended: nothing of this process has it open any more, nobody else leads it,
//! and when nobody has it open at all its newest good backup takes its place. What keeps that from
//! being done is told the person, and waited for.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use couriers::desktop::{self, DesktopCourier, DesktopEvent};
use engine::{
    Engine,
    clock::{Clock, SystemClock},
    courier::{Courier, Notice},
    damage::{self, Journal, Mended, Mending},
    ledger::{SchedulerLock, condemned::Condemned},
    swapped::Why,
};
use tokio::sync::{mpsc, watch};

use crate::{
    aside::Aside,
    ready,
    run::{Error, system},
    trouble::{self, Untold},
};

/// Another ledger so often within a day is the doing of something that has to be seen to first.
const SELDOM: usize = 3;
const DAY: Duration = Duration::from_secs(86_400);

/// What failed is tried again after so long.
pub(crate) const AGAIN: Duration = Duration::from_secs(5);

/// Mends the ledger in this directory, and leads it from then on. Nothing was done about it if
/// somebody else did so meanwhile. `None` when asked to stop.
pub(crate) async fn mend(
    dir: PathBuf,
    journal: Journal,
    aside: &Aside,
    stopping: &mut watch::Receiver<bool>,
) -> Result<Option<(SchedulerLock, Before)>, Error> {
    let mut crier = Crier::default();
    let mended = tokio::select! {
        mended = until_mended(dir, journal, aside.clone(), &mut crier) => mended.map(Some),
        _ = stopping.wait_for(|stop| *stop) => Ok(None),
    };
    if mended.is_ok() {
        crier.be_silent().await;
    }
    mended
}

async fn until_mended(
    dir: PathBuf,
    journal: Journal,
    aside: Aside,
    crier: &mut Crier,
) -> Result<(SchedulerLock, Before), Error> {
    let place = dir.clone();
    let mut lock = in_the_background("mend its ledger", move || {
        aside.end();
        SchedulerLock::wait(&place)
    })
    .await??;
    let _condemned = Condemned::put(&dir, &lock);
    loop {
        let place = dir.clone();
        let (back, done) = in_the_background("mend its ledger", move || {
            let done = damage::mend(&place, &lock, SystemClock::new().now().wall, journal);
            (lock, done)
        })
        .await?;
        lock = back;
        let error = match done {
            Ok(Mending::Mended(mended)) => {
                let Mended { kept, backup, had, .. } = &mended;
                tracing::warn!(?kept, ?backup, ?had, "another took the damaged ledger's place");
                return Ok((lock, Before::Mended(mended)));
            }
            Ok(Mending::Sound) => {
                tracing::info!("nothing is wrong with the ledger any more");
                return Ok((lock, Before::Nothing));
            }
            Ok(Mending::WrittenOver) => {
                tracing::warn!("another program wrote over the ledger, which is whole");
                return Ok((lock, Before::WrittenOver));
            }
            Ok(Mending::InUse(who)) => {
                crier.say(trouble::in_use(who.as_deref())).await;
                continue;
            }
            Err(error) => error,
        };
        crier.say(trouble::unmended(&error)).await;
        match error {
            // The disk may be another in a while.
            engine::Error::Full | engine::Error::Busy | engine::Error::Io { .. } => {
                tracing::error!(%error, "the damaged ledger cannot be mended yet");
                tokio::time::sleep(AGAIN).await;
            }
            other => return Err(other.into()),
        }
    }
}

/// Does what blocks beside everything else.
pub(crate) async fn in_the_background<T: Send + 'static>(
    tried: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| system(tried)(io::Error::other(error)))
}

/// How often the ledger was another one lately: nobody is told of one and the same again and again.
#[derive(Debug, Default)]
pub(crate) struct Often(Vec<Duration>);

impl Often {
    /// Counts one, unless there were several within a day.
    pub(crate) fn is_seldom(&mut self) -> bool {
        let now = SystemClock::new().now().boot;
        self.0.retain(|at| now.saturating_sub(*at) < DAY);
        let is_seldom = self.0.len() < SELDOM;
        if is_seldom {
            self.0.push(now);
        }
        is_seldom
    }
}

/// Why a lead ended.
pub(crate) enum Ended {
    /// It was to.
    Asked,
    /// Another file has the ledger's place; where the one there was is kept.
    Replaced(Option<PathBuf>),
    /// Another program wrote over it.
    WrittenOver(engine::Error),
}

/// What became of the ledger before it is led.
#[derive(Debug, Clone, Default)]
pub(crate) enum Before {
    /// It is as it was.
    #[default]
    Nothing,
    /// It was damaged, and another took its place.
    Mended(Mended),
    /// Another program wrote over it, and it is whole.
    WrittenOver,
    /// Another file took its place while it was led; where the one there was is kept.
    Replaced(Option<PathBuf>),
}

impl Before {
    /// Writes it down, and gives the words for it.
    pub(crate) fn note(&self, engine: &Engine) -> Result<Option<Notice>, engine::Error> {
        let swapped = match self {
            Self::Nothing => return Ok(None),
            Self::Mended(mended) => engine.note_mended(mended)?,
            Self::WrittenOver => engine.note_replaced(None, Why::WrittenOver)?,
            Self::Replaced(kept) => engine.note_replaced(kept.as_deref(), Why::Replaced)?,
        };
        Ok(Some(trouble::swapped(&swapped)))
    }
}

/// Keeps the ledger that is open while another file has its place, and waits for room for that. Until
/// then its journal is beside that one, so everybody lets go of it.
pub(crate) async fn keep_aside(
    (engine, leads): (&Arc<Engine>, &SchedulerLock),
    crier: &mut Crier,
    stopping: &mut watch::Receiver<bool>,
) -> Result<Option<PathBuf>, Error> {
    tracing::error!("another file has taken the ledger's place");
    let _condemned = Condemned::put(&engine.dir(), leads);
    loop {
        let (of, tried) = (engine.clone(), "keep its ledger");
        let error = match in_the_background(tried, move || of.keep_aside()).await? {
            Ok(kept) => return Ok(Some(kept)),
            Err(error) => error,
        };
        tracing::error!(%error, "the ledger there was could not be kept");
        if matches!(error, engine::Error::Full | engine::Error::Busy) {
            crier.say(trouble::words(&error)).await;
            let asked = stopping.wait_for(|stop| *stop);
            if tokio::time::timeout(AGAIN, asked).await.is_err() {
                continue;
            }
        }
        if let Err(error) = engine.put_journal_aside() {
            tracing::error!(%error, "its journal stays beside the file that has its place");
        }
        return Ok(None);
    }
}

/// Tells the person while there is no ledger to work with.
#[derive(Default)]
pub(crate) struct Crier {
    desktop: Option<(Arc<DesktopCourier>, mpsc::Receiver<DesktopEvent>)>,
    said: Option<String>,
    is_told: bool,
    /// What is to be told as well, in whichever lead of the ledger.
    pub(crate) untold: Untold,
}

impl Crier {
    /// Says it, unless it was what was said last; what nobody could be told, again when there is somebody
    /// who shows it. Whoever starts us is told that we live.
    pub(crate) async fn say(&mut self, notice: Notice) {
        if self.said.as_ref() == Some(&notice.body) {
            let courier = self.desktop.as_ref().map(|(courier, _)| courier.clone());
            if let Some(courier) = courier.filter(|it| !self.is_told && it.probe().is_ok()) {
                self.is_told = trouble::show(&*courier, notice).await;
            }
            return;
        }
        tracing::warn!("{}: {}", notice.title, notice.body);
        self.said = Some(notice.body.clone());
        ready::ready();
        if self.desktop.is_none() {
            let (courier, events) = DesktopCourier::start(desktop::Options::default()).await;
            self.desktop = Some((Arc::new(courier), events));
        }
        if let Some((courier, _)) = &self.desktop {
            self.is_told = trouble::show(&**courier, notice).await;
        }
    }

    /// It is over.
    pub(crate) async fn be_silent(&mut self) {
        self.said = None;
        if let Some((courier, _)) = self.desktop.take() {
            courier.withdraw(trouble::KEY).await;
        }
    }
}
