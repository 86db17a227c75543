//! Every call the window may make, declared once.
//!
//! The table below makes the [`Request`] that crosses as `{"cmd": …, "args": …}`, the [`Host`] that answers
//! it, [`dispatch`] between the two, and the map of types on the other side.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dto::*;
use crate::fault::{Code, Fault};
use crate::typescript::{Collector, Signature};

macro_rules! calls {
    ($( $(#[doc = $doc:literal])+ $variant:ident $name:ident: $request:ty => $answer:ty; )+) => {
        /// A call with its arguments.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(tag = "cmd", content = "args", rename_all = "camelCase")]
        pub enum Request { $( $(#[doc = $doc])+ $variant($request), )+ }

        /// Who answers.
        pub trait Host {
            $( $(#[doc = $doc])+ fn $name(&self, request: $request) -> Result<$answer, Fault>; )+
        }

        /// Hands a request to its method.
        pub fn dispatch(host: &impl Host, request: Request) -> Result<Value, Fault> {
            match request { $( Request::$variant(args) => encode(host.$name(args)?), )+ }
        }

        /// The calls as the other side's types, and every type they need.
        pub(crate) fn signatures(types: &mut Collector) -> Vec<Signature> {
            vec![ $( types.signature::<$request, $answer>(stringify!($variant), &[$($doc),+]) ),+ ]
        }
    };
}

fn encode(answer: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(answer)
        .map_err(|error| Fault::new(Code::Other, format!("could not encode the answer: {error}")))
}

calls! {
    /// Everything the window needs at its start.
    Boot boot: Empty => Boot;
    /// The service, the counts, the present moment.
    Status status: Empty => Status;
    /// What Week and Month draw.
    Range range: RangeQuery => RangeView;
    /// Which days have something.
    Busy busy: BusyQuery => Vec<BusyDay>;
    /// What comes up.
    UpNext up_next: UpNextQuery => Vec<UpNext>;
    /// One occurrence in full.
    Occurrence occurrence: OccurrenceRef => OccurrenceDetail;

    /// A form with the kind's defaults.
    EditorNew editor_new: NewForm => EditorForm;
    /// The form of an event.
    EditorGet editor_get: OccurrenceRef => EditorForm;
    /// What Rust says about a draft.
    EditorPreview editor_preview: PreviewQuery => DraftPreview;
    /// Zones by what was typed.
    Zones zones: ZoneQuery => Vec<ZoneView>;
    /// Saves a draft.
    Save save: SaveEvent => Change;
    /// How a line of text is read as an event.
    ReadQuick read_quick: QuickQuery => QuickReading;
    /// Adds it.
    AddQuick add_quick: AddQuick => Change;
    /// Deletes an event or one of its occurrences.
    Delete delete: DeleteEvent => Change;
    /// Lets an event that was cancelled take place after all.
    Reinstate reinstate: ReinstateEvent => Change;
    /// A drop in the grid.
    MoveOccurrence move_occurrence: MoveOccurrence => MoveAnswer;
    /// Takes the last change back.
    Undo undo: Mutation => Change;
    /// Makes it again.
    Redo redo: Mutation => Change;

    /// What awaits an answer.
    Inbox inbox: Empty => InboxView;
    /// Done with it.
    Acknowledge acknowledge: Acknowledge => Change;
    /// Until when it can be told again, and what should be known before one of it is chosen.
    SnoozeChoices snooze_choices: SnoozeQuery => Vec<SnoozeChoice>;
    /// Tell again later.
    Snooze snooze: Snooze => Change;

    /// A page of the ledger.
    Deliveries deliveries: DeliveriesQuery => DeliveriesPage;
    /// Every step of a delivery.
    Why why: DeliveryRef => Why;
    /// Tries failed ones again.
    Retry retry: RetryDeliveries => Change;

    /// What failed or is uncertain, and waits for a decision.
    Letters letters: Empty => LettersView;
    /// What a webhook's letter says.
    LetterBody letter_body: DeliveryRef => LetterBody;
    /// Tries letters again, sends them as new or sets them aside.
    DecideLetters decide_letters: DecideLetters => Change;

    /// Calendars in their order.
    Calendars calendars: Empty => Vec<CalendarView>;
    /// Makes or changes a calendar.
    SaveCalendar save_calendar: SaveCalendar => CalendarView;
    /// Deletes a calendar with its events.
    DeleteCalendar delete_calendar: Remove => Change;
    /// People by name.
    People people: Empty => Vec<PersonView>;
    /// Makes or changes a person and their birthday.
    SavePerson save_person: SavePerson => PersonSaved;
    /// Deletes a person and their birthday.
    DeletePerson delete_person: Remove => Change;

    /// Channels, this desktop first.
    Channels channels: Empty => Vec<ChannelView>;
    /// Adds a webhook and shows its secret once.
    AddWebhook add_webhook: AddWebhook => ChannelAdded;
    /// What would go with a webhook.
    ChannelRemoval channel_removal: ChannelRef => Removal;
    /// Removes a webhook; its reminders go.
    RemoveChannel remove_channel: Remove => Change;
    /// Switches a webhook on again whose endpoint said it was gone.
    SwitchOnChannel switch_on_channel: SwitchOnChannel => Change;
    /// Changes what a webhook promises, how patiently it is tried and how fast it is called.
    ChangeChannel change_channel: ChangeChannel => Change;
    /// Plans a test; the service sends it. Ask `why` what became of it.
    TestChannel test_channel: TestChannel => DeliveryRow;
    /// The settings alone, for a window that needs no more of them to begin.
    GetSettings get_settings: Empty => Settings;
    /// Keeps the settings.
    SaveSettings save_settings: Settings => Settings;
    /// Whether the service starts at login.
    GetAutostart get_autostart: Empty => Autostart;
    /// Switches it.
    SetAutostart set_autostart: SetAutostart => Autostart;
    /// Starts the service, if none runs.
    StartService start_service: Empty => ServiceStatus;
    /// Between which times nothing pops up.
    GetQuiet get_quiet: Empty => QuietHours;
    /// Sets them.
    SetQuiet set_quiet: QuietHours => QuietHours;
    /// At which hour whole days are told.
    GetAllDay get_all_day: Empty => AllDay;
    /// Sets it: what was not told yet moves with it.
    SetAllDay set_all_day: AllDay => AllDay;
    /// Holds back for a while what would pop up.
    Pause pause: PauseFor => ServiceStatus;
    /// The clock that jumped is right: what waited for that goes on.
    AcceptClock accept_clock: Mutation => ServiceStatus;
    /// Ends a pause.
    Resume resume: Mutation => ServiceStatus;
    /// What newer zone data moved and nobody has seen yet.
    Moved moved: Empty => MovedView;
    /// It was seen.
    MovedSeen moved_seen: Mutation => Status;
    /// It was seen that the ledger has the place of another one.
    SwapSeen swap_seen: Mutation => Status;
    /// Takes in calendar files and cards, or says what they would bring.
    Import import: ImportFiles => ImportReport;
    /// How far an import is that was not answered yet; also ends it.
    ImportProgress import_progress: ImportRef => ImportProgress;
    /// Takes the last import back.
    UndoImport undo_import: UndoImport => ImportUndone;
}
