// Generated from crates/wire by `UPDATE_WIRE=1 cargo test -p wire`. Do not edit.

import type * as T from './types';

/** Every call: what it asks and what it is told. */
export interface Calls {
  /** Everything the window needs at its start. */
  boot: { args: T.Empty; answer: T.Boot };
  /** The service, the counts, the present moment. */
  status: { args: T.Empty; answer: T.Status };
  /** What Week and Month draw. */
  range: { args: T.RangeQuery; answer: T.RangeView };
  /** Which days have something. */
  busy: { args: T.BusyQuery; answer: T.BusyDay[] };
  /** What comes up. */
  upNext: { args: T.UpNextQuery; answer: T.UpNext[] };
  /** One occurrence in full. */
  occurrence: { args: T.OccurrenceRef; answer: T.OccurrenceDetail };
  /** A form with the kind's defaults. */
  editorNew: { args: T.NewForm; answer: T.EditorForm };
  /** The form of an event. */
  editorGet: { args: T.OccurrenceRef; answer: T.EditorForm };
  /** What Rust says about a draft. */
  editorPreview: { args: T.PreviewQuery; answer: T.DraftPreview };
  /** Zones by what was typed. */
  zones: { args: T.ZoneQuery; answer: T.ZoneView[] };
  /** Saves a draft. */
  save: { args: T.SaveEvent; answer: T.Change };
  /** How a line of text is read as an event. */
  readQuick: { args: T.QuickQuery; answer: T.QuickReading };
  /** Adds it. */
  addQuick: { args: T.AddQuick; answer: T.Change };
  /** Deletes an event or one of its occurrences. */
  delete: { args: T.DeleteEvent; answer: T.Change };
  /** Lets an event that was cancelled take place after all. */
  reinstate: { args: T.ReinstateEvent; answer: T.Change };
  /** A drop in the grid. */
  moveOccurrence: { args: T.MoveOccurrence; answer: T.MoveAnswer };
  /** Takes the last change back. */
  undo: { args: T.Mutation; answer: T.Change };
  /** Makes it again. */
  redo: { args: T.Mutation; answer: T.Change };
  /** What awaits an answer. */
  inbox: { args: T.Empty; answer: T.InboxView };
  /** Done with it. */
  acknowledge: { args: T.Acknowledge; answer: T.Change };
  /** Until when it can be told again, and what should be known before one of it is chosen. */
  snoozeChoices: { args: T.SnoozeQuery; answer: T.SnoozeChoice[] };
  /** Tell again later. */
  snooze: { args: T.Snooze; answer: T.Change };
  /** A page of the ledger. */
  deliveries: { args: T.DeliveriesQuery; answer: T.DeliveriesPage };
  /** Every step of a delivery. */
  why: { args: T.DeliveryRef; answer: T.Why };
  /** Tries failed ones again. */
  retry: { args: T.RetryDeliveries; answer: T.Change };
  /** What failed or is uncertain, and waits for a decision. */
  letters: { args: T.Empty; answer: T.LettersView };
  /** What a webhook's letter says. */
  letterBody: { args: T.DeliveryRef; answer: T.LetterBody };
  /** Tries letters again, sends them as new or sets them aside. */
  decideLetters: { args: T.DecideLetters; answer: T.Change };
  /** Calendars in their order. */
  calendars: { args: T.Empty; answer: T.CalendarView[] };
  /** Makes or changes a calendar. */
  saveCalendar: { args: T.SaveCalendar; answer: T.CalendarView };
  /** Deletes a calendar with its events. */
  deleteCalendar: { args: T.Remove; answer: T.Change };
  /** People by name. */
  people: { args: T.Empty; answer: T.PersonView[] };
  /** Makes or changes a person and their birthday. */
  savePerson: { args: T.SavePerson; answer: T.PersonSaved };
  /** Deletes a person and their birthday. */
  deletePerson: { args: T.Remove; answer: T.Change };
  /** Channels, this desktop first. */
  channels: { args: T.Empty; answer: T.ChannelView[] };
  /** Adds a webhook and shows its secret once. */
  addWebhook: { args: T.AddWebhook; answer: T.ChannelAdded };
  /** What would go with a webhook. */
  channelRemoval: { args: T.ChannelRef; answer: T.Removal };
  /** Removes a webhook; its reminders go. */
  removeChannel: { args: T.Remove; answer: T.Change };
  /** Switches a webhook on again whose endpoint said it was gone. */
  switchOnChannel: { args: T.SwitchOnChannel; answer: T.Change };
  /** Changes what a webhook promises, how patiently it is tried and how fast it is called. */
  changeChannel: { args: T.ChangeChannel; answer: T.Change };
  /** Plans a test; the service sends it. Ask `why` what became of it. */
  testChannel: { args: T.TestChannel; answer: T.DeliveryRow };
  /** The settings alone, for a window that needs no more of them to begin. */
  getSettings: { args: T.Empty; answer: T.Settings };
  /** Keeps the settings. */
  saveSettings: { args: T.Settings; answer: T.Settings };
  /** Whether the service starts at login. */
  getAutostart: { args: T.Empty; answer: T.Autostart };
  /** Switches it. */
  setAutostart: { args: T.SetAutostart; answer: T.Autostart };
  /** Starts the service, if none runs. */
  startService: { args: T.Empty; answer: T.ServiceStatus };
  /** Between which times nothing pops up. */
  getQuiet: { args: T.Empty; answer: T.QuietHours };
  /** Sets them. */
  setQuiet: { args: T.QuietHours; answer: T.QuietHours };
  /** At which hour whole days are told. */
  getAllDay: { args: T.Empty; answer: T.AllDay };
  /** Sets it: what was not told yet moves with it. */
  setAllDay: { args: T.AllDay; answer: T.AllDay };
  /** Holds back for a while what would pop up. */
  pause: { args: T.PauseFor; answer: T.ServiceStatus };
  /** The clock that jumped is right: what waited for that goes on. */
  acceptClock: { args: T.Mutation; answer: T.ServiceStatus };
  /** Ends a pause. */
  resume: { args: T.Mutation; answer: T.ServiceStatus };
  /** What newer zone data moved and nobody has seen yet. */
  moved: { args: T.Empty; answer: T.MovedView };
  /** It was seen. */
  movedSeen: { args: T.Mutation; answer: T.Status };
  /** It was seen that the ledger has the place of another one. */
  swapSeen: { args: T.Mutation; answer: T.Status };
  /** Takes in calendar files and cards, or says what they would bring. */
  import: { args: T.ImportFiles; answer: T.ImportReport };
  /** How far an import is that was not answered yet; also ends it. */
  importProgress: { args: T.ImportRef; answer: T.ImportProgress };
  /** Takes the last import back. */
  undoImport: { args: T.UndoImport; answer: T.ImportUndone };
}
