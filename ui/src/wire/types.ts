// Generated from crates/wire by `UPDATE_WIRE=1 cargo test -p wire`. Do not edit.

export type About = { version: string, zones: string, ledger: string, };

export type Acknowledge = { deliveries: Array<string>, requestId: string, };

export type Acknowledged = { at: Moment, how: Answer, until: Moment | null, place: Place, };

export type AddQuick = { text: string, requestId: string, };

export type AddWebhook = { name: string, url: string, network: Network, guarantee: Guarantee, retries: Retries, rate: ChannelRate, requestId: string, };

export type AllDay = { hour: number, };

export type Answer = "done" | "dismissed" | "snoozed" | "opened";

export type AttemptOutcome = "running" | "accepted" | "transient" | "permanent" | "ambiguous" | "unavailable" | "unknown";

export type AttemptView = { n: number, started: Moment, finished: Moment | null, outcome: AttemptOutcome, status: number | null, latencyMs: number | null, detail: string | null, };

export type Attempts = { made: number, max: number | null, retry: Retry | null, };

export type Autostart = { enabled: boolean, possible: boolean, };

export type Axis = { lengthMin: number, rows: Array<AxisRow>, };

export type AxisRow = { at: number, wallMin: number, fold: boolean, offset: string | null, };

export type Behind = { count: number, from: Moment, until: Moment, };

export type Blank = { at: number, len: number, };

export type Boot = { now: Moment, zone: ZoneView, settings: Settings, calendars: Array<CalendarView>, channels: Array<ChannelView>, people: Array<PersonView>, status: Status, about: About, open: Open | null, };

export type BusyDay = { date: string, count: number, failed: number, };

export type BusyQuery = { from: string, to: string, };

export type CalendarView = { id: string, name: string, color: Color, shown: boolean, events: number, };

export type Change = { did: Did, title: string | null, event: string | null, original: string | null, version: number | null, count: number, cancelledReminders: number, cancelledSnoozes: number, inFlight: number, passed: Array<PassedReminder>, until: Moment | null, note: string | null, undo: boolean, };

export type ChangeChannel = { channel: string, guarantee: Guarantee | null, retries: Retries | null, rate: ChannelRate | null, requestId: string, };

export type ChannelAdded = { channel: ChannelView, secret: string, };

export type ChannelFailure = { at: Moment, text: string, };

export type ChannelKind = "desktop" | "webhook";

export type ChannelRate = { perSecond: number, burst: number, };

export type ChannelRef = { channel: string, };

export type ChannelRest = { until: Moment, failures: number, };

export type ChannelView = { id: string, kind: ChannelKind, name: string, url: string | null, network: Network | null, guarantee: Guarantee | null, retries: Retries | null, rate: ChannelRate | null, off: string | null, resting: ChannelRest | null, lastTold: Moment | null, lastFailed: ChannelFailure | null, };

export type ClockJump = { from: Moment, to: Moment, };

export type Closed = "off" | "removed";

export type Code = "conflict" | "invalid" | "notFound" | "newer" | "other";

export type Color = "indigo" | "teal" | "rose" | "amber" | "violet" | "slate";

export type Counts = { scheduled: number, sending: number, retrying: number, held: number, failed: number, review: number, told: number, late: number, skipped: number, missed: number, };

export type CutSeries = { title: string, after: Moment, };

export type Day = { date: string, lengthMin: number, blanks: Array<Blank>, zone: string, second: SecondDay | null, failed: number, };

export type DecideLetters = { deliveries: Array<string>, decision: LetterDecision, text?: string | null, requestId: string, };

export type DeleteEvent = { event: string, original?: string | null, scope: Scope, version: number, requestId: string, };

export type DeliveriesPage = { rows: Array<DeliveryRow>, cursor: string | null, later: boolean, };

export type DeliveriesQuery = { marks: Array<Mark>, channel?: string | null, from?: string | null, to?: string | null, event?: string | null, soon?: number | null, cursor?: string | null, limit: number, };

export type DeliveryRef = { delivery: string, };

export type DeliveryRow = { id: string, key: string, event: string | null, original: string | null, title: string, kind: Kind | null, calendar: string | null, channel: string, channelName: string, channelKind: ChannelKind, trigger: Trigger, state: State, mark: Mark | null, due: Moment, told: Moment | null, lateMs: number | null, reason: Reason | null, attempts: Attempts, notBefore: Moment | null, canRetry: boolean, waits: boolean, };

export type Did = "created" | "saved" | "moved" | "deleted" | "skipped" | "ended" | "reinstated" | "undone" | "redone" | "acknowledged" | "snoozed" | "retried" | "sentAsNew" | "setAside" | "removed" | "switchedOn" | "nothing";

export type Draft = { title: string, kind: Kind, calendar: string, timing: Timing, rule: string | null, reminders: Array<ReminderDraft>, place: string | null, url: string | null, notes: string | null, person: string | null, notice: number, overlap: Overlap, };

export type DraftPreview = { sentence: string | null, next: Array<PreviewDate>, more: boolean, notes: Array<FieldText>, refused: Array<FieldText>, reminders: Array<ReminderPreview>, fold: [string, string] | null, past: boolean, };

export type DroppedFile = { name: string, size: number, text: string | null, refused: string | null, };

export type Dropping = { "type": "over" } | { "type": "left" } | { "type": "files", files: Array<DroppedFile>, };

export type EditorForm = { event: string | null, original: string | null, version: number | null, draft: Draft, recurring: boolean, scopes: Array<Scope>, };

export type Elsewhere = { city: string, date: string, wallMin: number, whose: string | null, };

export type Empty = Record<symbol, never>;

export type Fault = { code: Code, message: string, field: string | null, };

export type FieldText = { field: string, text: string, };

export type FileReport = { calendar: string | null, besides: Array<string>, created: number, updated: number, unchanged: number, leftOut: number, deleted: number, birthdays: number, anniversaries: number, remarks: Array<ImportRemark>, standing: ImportStanding | null, moreRemarks: number, first: string | null, };

export type Guarantee = "neverMiss" | "neverRepeat";

export type HeldUp = { channel: string, first: string | null, until: Moment | null, next: Moment | null, failures: number, why: string | null, waiting: number, };

export type HourClock = "h24" | "h12";

export type ImportFile = { name: string, text: string, calendar?: string | null, bringBack: boolean, };

export type ImportFiles = { files: Array<ImportFile>, dryRun: boolean, requestId: string, };

export type ImportProgress = { file: number, through: number, total: number, stopping: boolean, };

export type ImportRef = { import: string, stop: boolean, };

export type ImportRemark = { line: number, reason: string, };

export type ImportReport = { files: Array<FileReport>, stopped: boolean, };

export type ImportStanding = { calendar: string, name: string, count: number, };

export type ImportUndone = { removed: number, restored: number, kept: number, };

export type InboxItem = { delivery: string, event: string, original: string, title: string, kind: Kind, calendar: string, place: string | null, start: Wall, starts: Moment, over: boolean, deadline: Moment | null, trigger: Trigger, due: Moment, told: Moment | null, state: State, mark: Mark, lateMs: number | null, reason: Reason | null, shown: Seen, };

export type InboxView = { items: Array<InboxItem>, more: boolean, snoozeMin: number, tonight: Moment | null, tomorrow: Moment, };

export type Kind = "appointment" | "note" | "birthday" | "anniversary" | "deadline" | "renewal" | "workflow";

export type LastTry = { at: Moment, known: boolean, text: string, };

export type LeapDay = "backward" | "forward" | "omit";

export type Letter = { row: DeliveryRow, tried: Tried, last: LastTry | null, over: boolean, editable: boolean, closed: Closed | null, };

export type LetterBody = { text: string, };

export type LetterDecision = "retry" | "edited" | "asNew" | "discard";

export type LettersView = { letters: Array<Letter>, more: number, heldUp: Array<HeldUp>, };

export type Mark = "scheduled" | "sending" | "retrying" | "held" | "failed" | "review" | "told" | "late" | "skipped" | "missed";

export type Moment = { utc: string, date: string, wallMin: number, ms: number, zone: string, };

export type MoveAnswer = { "type": "done", change: Change, } | { "type": "chooseScope", title: string, scopes: Array<Scope>, } | { "type": "chooseFold", offsets: [string, string], };

export type MoveOccurrence = { event: string, original: string, date: string, wallMin?: number | null, fold?: boolean | null, durationMin?: number | null, days?: number | null, allDay?: boolean | null, scope?: Scope | null, version: number, requestId: string, };

export type MovedLine = { event: string, original: string, title: string, there: Moment, city: string, was: Moment, is: Moment, byMin: number, };

export type MovedView = { from: string, to: string, rows: Array<MovedLine>, more: number, };

export type Mutation = { requestId: string, };

export type Network = "public" | "private" | "loopback";

export type NewForm = { kind?: Kind | null, date?: string | null, wallMin?: number | null, fold?: boolean | null, durationMin?: number | null, allDay?: boolean | null, days?: number | null, calendar?: string | null, };

export type NowLine = { date: string, at: number, moment: Moment, };

export type OccurrenceDetail = { event: string, original: string, version: number, title: string, kind: Kind, calendar: string, start: Wall, end: Wall | null, starts: Moment, ends: Moment | null, offset: string | null, elsewhere: Elsewhere | null, floating: boolean, repeats: string | null, next: Wall | null, cancelled: boolean, done: boolean, exception: boolean, fixed: boolean, place: string | null, url: string | null, notes: string | null, person: string | null, reminders: Array<ReminderStatus>, };

export type OccurrenceRef = { event: string, original: string, };

export type Open = { "type": "delivery", delivery: string, } | { "type": "new" } | { "type": "inbox" } | { "type": "attention" } | { "type": "settings" };

export type Overlap = "allow" | "skip" | "buffer";

export type Part = "single" | "start" | "mid" | "end";

export type PassedReminder = { trigger: Trigger, due: Moment, };

export type PauseFor = { minutes?: number | null, };

export type PersonSaved = { person: PersonView, change: Change, };

export type PersonView = { id: string, name: string, birthday: Yearly | null, anniversary: Yearly | null, zone: string | null, city: string | null, leapDay: LeapDay, version: string, };

export type Place = "window" | "commandLine" | "notification";

export type PreviewDate = { wall: Wall, here: Wall | null, zone: string | null, shift: Shift, };

export type PreviewQuery = { draft: Draft, event?: string | null, };

export type QuickMeaning = "date" | "time" | "length" | "repeat" | "zone" | "reminder" | "kind" | "person" | "calendar";

export type QuickQuery = { text: string, };

export type QuickReading = { title: string | null, echo: string | null, notes: Array<string>, spans: Array<QuickSpan>, refused: QuickRefusal | null, };

export type QuickRefusal = { text: string, start: number, end: number, };

export type QuickSpan = { start: number, end: number, meaning: QuickMeaning, };

export type QuietHours = { on: boolean, fromMin: number, toMin: number, days: Array<number>, };

export type RangeQuery = { from: string, to: string, secondZone?: string | null, };

export type RangeView = { days: Array<Day>, axis: Axis, segments: Array<Segment>, cut: Array<CutSeries>, now: NowLine | null, };

export type Reason = { code: string, text: string, };

export type ReinstateEvent = { event: string, version: number, requestId: string, };

export type ReminderDraft = { trigger: Trigger, channel: string, nagMin?: number | null, alarm: boolean, };

export type ReminderPreview = { due: Moment | null, passed: boolean, missed: string | null, };

export type ReminderStatus = { delivery: string | null, trigger: Trigger, channel: string, channelName: string, mark: Mark | null, state: State | null, due: Moment, told: Moment | null, lateMs: number | null, attempts: Attempts | null, reason: Reason | null, open: boolean, };

export type Removal = { reminders: number, silenced: string | null, };

export type Remove = { id: string, requestId: string, };

export type Retries = "long" | "quick";

export type Retry = { n: number, of: number, };

export type RetryDeliveries = { deliveries: Array<string>, requestId: string, };

export type SaveCalendar = { id?: string | null, name: string, color: Color, shown: boolean, requestId: string, };

export type SaveEvent = { draft: Draft, event?: string | null, original?: string | null, scope?: Scope | null, version?: number | null, requestId: string, };

export type SavePerson = { id?: string | null, name: string, birthday: YearlyFields, anniversary: YearlyFields, zone?: string | null, leapDay: LeapDay, version?: string | null, requestId: string, };

export type Scope = "this" | "following" | "all";

export type SecondDay = { zone: string, wallMins: Array<number>, };

export type Seen = "yes" | "perhaps" | "no";

export type Segment = { event: string, original: string, version: number, date: string, part: Part, allDay: boolean, wallStart: number, wallEnd: number, start: number, end: number, fold: boolean, offset: string | null, elsewhere: Elsewhere | null, title: string, place: string | null, calendar: string, kind: Kind, mark: Mark | null, attempts: Attempts | null, lateMs: number | null, past: boolean, cancelled: boolean, done: boolean, recurring: boolean, exception: boolean, fixed: boolean, };

export type ServiceStatus = { running: boolean, hanging: boolean, stopped: number | null, diskFull: boolean, paused: boolean, pausedUntil: Moment | null, quietUntil: Moment | null, silenced: number, clockJump: ClockJump | null, notifier: boolean | null, tray: boolean | null, };

export type SetAutostart = { enabled: boolean, };

export type Settings = { weekStart: WeekStart, clock: HourClock, theme: Theme, secondZone: ZoneView | null, };

export type Shift = "none" | "offset" | "gap" | "fold";

export type Snooze = { deliveries: Array<string>, until: SnoozeUntil, requestId: string, };

export type SnoozeChoice = { until: SnoozeUntil, at: Moment, warning: string | null, refused: boolean, };

export type SnoozeQuery = { delivery: string, minutes?: number | null, };

export type SnoozeUntil = { "type": "for", minutes: number, } | { "type": "beforeStart", minutes: number, } | { "type": "tonight" } | { "type": "tomorrow" };

export type State = "scheduled" | "pending" | "processing" | "retrying" | "held" | "dead" | "review" | "completed" | "skipped" | "coalesced" | "discarded" | "expired" | "cancelled";

export type Status = { now: Moment, service: ServiceStatus, counts: Counts, unacknowledged: number, attention: number, moved: number, swapped: Swapped | null, undo: string | null, redo: string | null, lasting: string | null, };

export type Step = { at: Moment, from: State | null, to: State, actor: string, reason: Reason | null, };

export type Swapped = { at: Moment, what: string, took: string, lost: string, };

export type SwitchOnChannel = { channel: string, requestId: string, };

export type TestChannel = { channel: string, requestId: string, };

export type Theme = "system" | "light" | "dark";

export type TimeMode = "allDay" | "floating" | "zoned";

export type Timing = { mode: TimeMode, date: string, wallMin: number, fold: boolean, durationMin: number, days: number, zone: ZoneField | null, };

export type Tried = "yes" | "before" | "unknown" | "never";

export type Trigger = { "type": "offset", minutes: number, } | { "type": "day", days: number, wallMin: number, } | { "type": "at", date: string, wallMin: number, } | { "type": "snooze" } | { "type": "nag" } | { "type": "test" };

export type UndoImport = { import: string, requestId: string, };

export type UpNext = { event: string, original: string, title: string, kind: Kind, calendar: string, start: Wall, starts: Moment, rings: Moment | null, due: Moment, waits: Reason | null, lost: boolean, retry: Retry | null, snoozed: boolean, mark: Mark | null, };

export type UpNextQuery = { limit: number, };

export type Wall = { date: string, wallMin: number | null, };

export type WeekStart = "monday" | "sunday" | "saturday";

export type Why = { delivery: DeliveryRow, steps: Array<Step>, attempts: Array<AttemptView>, acknowledged: Acknowledged | null, behind: Behind | null, };

export type Yearly = { month: number, day: number, year: number | null, next: string | null, years: number | null, inDays: number | null, };

export type YearlyFields = { month?: number | null, day?: number | null, year?: number | null, };

export type ZoneField = { id: string, city: string, };

export type ZoneQuery = { text: string, limit: number, people: boolean, };

export type ZoneView = { id: string, city: string, offset: string, person: string | null, };
