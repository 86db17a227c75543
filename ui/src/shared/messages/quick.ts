// English words of quick add.

export const quick = {
  'quick.title': 'Quick add',
  'quick.label': 'What and when',
  'quick.placeholder': 'lunch with Ana every other Tuesday at noon, remind 10m',
  'quick.add': 'Add',
  'quick.understood': 'Understood',
  'quick.keep': 'Keep “{words}” in the title',
  'quick.hint': 'Write what and when in one line. Words in quotes are always title.',
  'quick.enter': 'Enter',
  'quick.adds': 'adds',
  'quick.leaves': 'leaves',
  'quick.date': 'Date',
  'quick.time': 'Time',
  'quick.length': 'Length',
  'quick.repeat': 'Repeats',
  'quick.zone': 'Zone',
  'quick.reminder': 'Reminder',
  'quick.kind': 'Kind',
  'quick.person': 'Person',
  'quick.calendar': 'Calendar',
} as const;
