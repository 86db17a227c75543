//! The host over an engine: every call of the window answered with what the ledger holds.
//!
//! It decides nothing about events or deliveries; it turns what the engine knows into what is
//! drawn (days, pieces, marks, sentences) and what was clicked into the engine's use cases.

mod books;
mod changes;
mod days;
mod deliveries;
mod detail;
mod faults;
mod form;
mod inbox;
mod intake;
mod letters;
mod local;
mod moved;
mod moving;
mod people;
mod preview;
mod quick;
mod quiet;
mod segments;
mod session;
mod ways;
mod words;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use engine::{Engine, autostart::Autostart as Entry, place::Place};
use serde::{Serialize, de::DeserializeOwned};

use self::{intake::Intake, local::Local};
use crate::{
    calls::Host,
    dto::*,
    fault::{Code, Fault},
};

/// Answers the window over one ledger.
#[derive(Debug)]
pub struct EngineHost {
    engine: Arc<Engine>,
    /// The ledger's directory where it is not the usual one: a service started from here serves it.
    data_dir: Option<PathBuf>,
    /// Where such a service writes its log.
    log: PathBuf,
    autostart: Option<Entry>,
    open: Mutex<Option<Open>>,
    /// One request at a time looks whether it was answered before.
    asking: Mutex<()>,
    intake: Intake,
}

impl EngineHost {
    /// A host over this ledger alone, for a ledger of its own such as a test's.
    pub fn new(engine: Arc<Engine>) -> Self {
        let dir = engine.dir();
        let autostart = Some(Entry::under(&dir));
        let log = dir.join("service.log");
        let (open, asking, intake) = (Mutex::new(None), Mutex::new(()), Intake::default());
        Self { engine, data_dir: Some(dir), log, autostart, open, asking, intake }
    }

    /// A host for this user's desktop. `named` is the directory the user named, if one was.
    pub fn on_desktop(engine: Arc<Engine>, place: &Place, named: Option<&Path>) -> Self {
        let host = Self {
            data_dir: named.map(|_| place.data.clone()),
            log: place.state.join("service.log"),
            autostart: Entry::of_this_user().ok(),
            ..Self::new(engine)
        };
        if host.engine.took_over() {
            // Where it cannot be started, the window says that no service runs.
            host.wake_service().map(drop).unwrap_or(());
        }
        host
    }

    /// What the window was started for; the first answer says it once.
    #[must_use]
    pub fn opened_for(self, open: Option<Open>) -> Self {
        Self { open: Mutex::new(open), ..self }
    }

    /// What the next window is opened for; its first answer says it once.
    pub fn open_next(&self, open: Option<Open>) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = open;
    }

    fn take_open(&self) -> Option<Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn local(&self) -> Result<Local, Fault> {
        Local::of(&self.engine)
    }

    /// Acts once for a request whose use case is many transactions, and changes nothing when it
    /// is done again. All others keep their answer in the transaction that acts.
    fn once<T>(&self, request: &str, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault>
    where
        T: Serialize + DeserializeOwned,
    {
        let _one_at_a_time = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if request.is_empty() || request.len() > 100 {
            let message = format!("a request id has 1 to 100 bytes, this has {}", request.len());
            return Err(Fault::invalid("requestId", message));
        }
        if let Some(known) = self.engine.answered(request)? {
            return serde_json::from_str(&known).map_err(|_| {
                let message = format!("request id '{request}' was used for something else before");
                Fault::invalid("requestId", message)
            });
        }
        let answer = work()?;
        let text = serde_json::to_string(&answer)
            .map_err(|e| Fault::new(Code::Other, format!("could not keep the answer: {e}")))?;
        self.engine.keep_answer(request, &text)?;
        Ok(answer)
    }
}

impl Host for EngineHost {
    fn boot(&self, _: Empty) -> Result<Boot, Fault> {
        self.first_answer()
    }

    fn status(&self, _: Empty) -> Result<Status, Fault> {
        self.standing(&self.local()?)
    }

    fn range(&self, asked: RangeQuery) -> Result<RangeView, Fault> {
        self.days_and_segments(&asked)
    }

    fn busy(&self, asked: BusyQuery) -> Result<Vec<BusyDay>, Fault> {
        self.busy_days(&asked)
    }

    fn up_next(&self, asked: UpNextQuery) -> Result<Vec<UpNext>, Fault> {
        self.coming(&asked)
    }

    fn occurrence(&self, asked: OccurrenceRef) -> Result<OccurrenceDetail, Fault> {
        self.detail(&asked)
    }

    fn editor_new(&self, asked: NewForm) -> Result<EditorForm, Fault> {
        self.empty_form(&asked)
    }

    fn editor_get(&self, asked: OccurrenceRef) -> Result<EditorForm, Fault> {
        self.filled_form(&asked)
    }

    fn editor_preview(&self, asked: PreviewQuery) -> Result<DraftPreview, Fault> {
        self.draft_preview(&asked)
    }

    fn zones(&self, asked: ZoneQuery) -> Result<Vec<ZoneView>, Fault> {
        self.search_zones(&asked)
    }

    fn save(&self, asked: SaveEvent) -> Result<Change, Fault> {
        self.save_event(&asked)
    }

    fn read_quick(&self, asked: QuickQuery) -> Result<QuickReading, Fault> {
        self.reading(&asked)
    }

    fn add_quick(&self, asked: AddQuick) -> Result<Change, Fault> {
        self.quickly_added(&asked)
    }

    fn delete(&self, asked: DeleteEvent) -> Result<Change, Fault> {
        self.delete_event(&asked)
    }

    fn reinstate(&self, asked: ReinstateEvent) -> Result<Change, Fault> {
        self.reinstated(&asked)
    }

    fn move_occurrence(&self, asked: MoveOccurrence) -> Result<MoveAnswer, Fault> {
        self.drop_on(&asked)
    }

    fn undo(&self, asked: Mutation) -> Result<Change, Fault> {
        self.take_back(&asked.request_id)
    }

    fn redo(&self, asked: Mutation) -> Result<Change, Fault> {
        self.make_again(&asked.request_id)
    }

    fn inbox(&self, _: Empty) -> Result<InboxView, Fault> {
        self.awaiting()
    }

    fn acknowledge(&self, asked: Acknowledge) -> Result<Change, Fault> {
        self.answer_done(&asked)
    }

    fn snooze_choices(&self, asked: SnoozeQuery) -> Result<Vec<SnoozeChoice>, Fault> {
        self.choices(&asked)
    }

    fn snooze(&self, asked: Snooze) -> Result<Change, Fault> {
        self.answer_later(&asked)
    }

    fn deliveries(&self, asked: DeliveriesQuery) -> Result<DeliveriesPage, Fault> {
        self.page(&asked)
    }

    fn why(&self, asked: DeliveryRef) -> Result<Why, Fault> {
        self.story(&asked)
    }

    fn retry(&self, asked: RetryDeliveries) -> Result<Change, Fault> {
        self.try_again(&asked)
    }

    fn letters(&self, _: Empty) -> Result<LettersView, Fault> {
        self.letters_view()
    }

    fn letter_body(&self, asked: DeliveryRef) -> Result<LetterBody, Fault> {
        self.letter_text(&asked)
    }

    fn decide_letters(&self, asked: DecideLetters) -> Result<Change, Fault> {
        self.decide(&asked)
    }

    fn calendars(&self, _: Empty) -> Result<Vec<CalendarView>, Fault> {
        self.calendar_views()
    }

    fn save_calendar(&self, asked: SaveCalendar) -> Result<CalendarView, Fault> {
        self.put_calendar(&asked)
    }

    fn delete_calendar(&self, asked: Remove) -> Result<Change, Fault> {
        self.drop_calendar(&asked)
    }

    fn people(&self, _: Empty) -> Result<Vec<PersonView>, Fault> {
        self.person_views()
    }

    fn save_person(&self, asked: SavePerson) -> Result<PersonSaved, Fault> {
        self.put_person(&asked)
    }

    fn delete_person(&self, asked: Remove) -> Result<Change, Fault> {
        self.drop_person(&asked)
    }

    fn channels(&self, _: Empty) -> Result<Vec<ChannelView>, Fault> {
        self.channel_views()
    }

    fn add_webhook(&self, asked: AddWebhook) -> Result<ChannelAdded, Fault> {
        self.put_webhook(&asked)
    }

    fn channel_removal(&self, asked: ChannelRef) -> Result<Removal, Fault> {
        self.removal_of(&asked)
    }

    fn remove_channel(&self, asked: Remove) -> Result<Change, Fault> {
        self.drop_channel(&asked)
    }

    fn switch_on_channel(&self, asked: SwitchOnChannel) -> Result<Change, Fault> {
        self.open_channel(&asked)
    }

    fn change_channel(&self, asked: ChangeChannel) -> Result<Change, Fault> {
        self.keep_ways(&asked)
    }

    fn test_channel(&self, asked: TestChannel) -> Result<DeliveryRow, Fault> {
        self.try_channel(&asked)
    }

    fn get_settings(&self, _: Empty) -> Result<Settings, Fault> {
        self.settings(&self.local()?)
    }

    fn save_settings(&self, asked: Settings) -> Result<Settings, Fault> {
        self.keep_settings(&asked)
    }

    fn get_autostart(&self, _: Empty) -> Result<Autostart, Fault> {
        self.autostart_now()
    }

    fn set_autostart(&self, asked: SetAutostart) -> Result<Autostart, Fault> {
        self.switch_autostart(&asked)
    }

    fn start_service(&self, _: Empty) -> Result<ServiceStatus, Fault> {
        self.wake_service()
    }

    fn get_quiet(&self, _: Empty) -> Result<QuietHours, Fault> {
        self.quiet_hours()
    }

    fn set_quiet(&self, asked: QuietHours) -> Result<QuietHours, Fault> {
        self.keep_quiet_hours(&asked)
    }

    fn get_all_day(&self, _: Empty) -> Result<AllDay, Fault> {
        Ok(AllDay { hour: self.engine.all_day_hour()? })
    }

    fn set_all_day(&self, asked: AllDay) -> Result<AllDay, Fault> {
        self.engine.set_all_day_hour(asked.hour)?;
        Ok(asked)
    }

    fn pause(&self, asked: PauseFor) -> Result<ServiceStatus, Fault> {
        self.begin_pause(&asked)
    }

    fn accept_clock(&self, _: Mutation) -> Result<ServiceStatus, Fault> {
        self.trust_clock()
    }

    fn resume(&self, _: Mutation) -> Result<ServiceStatus, Fault> {
        self.end_pause()
    }

    fn moved(&self, _: Empty) -> Result<MovedView, Fault> {
        self.moved_view()
    }

    fn swap_seen(&self, _: Mutation) -> Result<Status, Fault> {
        self.see_swap()
    }

    fn moved_seen(&self, _: Mutation) -> Result<Status, Fault> {
        self.see_moved()
    }

    fn import(&self, asked: ImportFiles) -> Result<ImportReport, Fault> {
        self.import_files(&asked)
    }

    fn import_progress(&self, asked: ImportRef) -> Result<ImportProgress, Fault> {
        Ok(self.intake.look(&asked))
    }

    fn undo_import(&self, asked: UndoImport) -> Result<ImportUndone, Fault> {
        self.once(&asked.request_id, || self.take_import_back(&asked.import))
    }
}
