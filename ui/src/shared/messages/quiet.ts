// Words about reminders that insist, quiet hours and pauses.

export const quiet = {
  'insist.more': 'Reminder {n} insists',
  'insist.nag': 'Reminder {n}: tell again',
  'insist.once': 'Tell once',
  'insist.every': 'Again every {time} until answered',
  'insist.alarm': 'Alarm: also in quiet hours and pauses',
  'trigger.nag': 'again, not answered yet',
} as const;
