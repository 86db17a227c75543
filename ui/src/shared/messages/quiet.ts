// Words about reminders that insist, quiet hours and pauses.

export const quiet = {
  'insist.more': 'Reminder {n} insists',
  'insist.nag': 'Reminder {n}: tell again',
  'insist.once': 'Tell once',
  'insist.every': 'Every {time} until answered',
  'insist.alarm': 'Alarm: also in quiet hours and pauses',
  'trigger.nag': 'again, not answered yet',
  'quiet.hours': 'Quiet hours',
  'quiet.hint': 'What is due on this desktop waits until they end and comes together. Alarms ring, and webhooks go on.',
  'quiet.from': 'From',
  'quiet.to': 'To',
  'quiet.days': 'Beginning on',
  'quiet.pause': 'Pause',
  'quiet.pauseHint': 'What waits comes together when it ends, unless it is over by then.',
  'quiet.notPaused': 'Reminders ring',
  'quiet.pauseFor': 'Pause for {time}',
  'quiet.pauseEver': 'Pause until I resume',
  'inbox.snoozeAll': 'Snooze all {n} min',
  'inbox.snoozeOther': 'Another length…',
  'inbox.snoozeLength': 'Snooze {title} for',
  'inbox.snoozeWrong': 'Write a length such as 45m or 1h30m.',
} as const;
