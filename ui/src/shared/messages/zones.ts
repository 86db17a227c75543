// Words about zones: what moved, and their time.

export const zones = {
  'moved.banner#one': 'New time zone data moved an occurrence.',
  'moved.banner#other': 'New time zone data moved {n} occurrences.',
  'moved.show': 'Show them',
  'moved.title': 'Moved by new time zone data',
  'moved.why': 'The data {to}, which came after {from}, says that clocks will go otherwise. The local times stay; these begin at another moment.',
  'moved.there': '{when} in {city}',
  'moved.later': '{time} later',
  'moved.earlier': '{time} earlier',
  'moved.here': '{is} here, was {was}',
  'moved.more#one': 'and one more within thirteen months',
  'moved.more#other': 'and {n} more within thirteen months',
  'moved.keep': 'Keep the list',
  'moved.seen': 'Seen',

  'their.at': '{time} in {city}',
  'their.for': '{time} for {name}, {city}',
  'editor.theirHint': 'By this person’s clock: it goes along when their zone is changed.',
} as const;
