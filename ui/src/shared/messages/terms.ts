// Words about what only renewals and workflows have.

export const terms = {
  'terms.notice': 'Days of notice',
  'terms.noticeNone': 'Reminders count from the day it renews.',
  'terms.lastDay': 'Last day to cancel: {day}. Reminders count from it.',
  'terms.overlap': 'When the last run still goes on',
  'terms.overlap.allow': 'Begin the next all the same',
  'terms.overlap.skip': 'Leave the next one out',
  'terms.overlap.buffer': 'Let one wait until it is over',
  'terms.noWebhook': 'A workflow calls a webhook, and there is none yet: add one in Settings.',
} as const;
