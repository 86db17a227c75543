// Words by key. Another language is another table of the same keys.

import { isolated } from './direction';
import { en, type Key } from './messages/en';

type Params = Record<string, string | number>;
type Plural<K> = K extends `${infer Stem}#one` ? Stem : never;
export type PluralKey = Plural<Key>;
export type PlainKey = Exclude<Key, `${string}#${string}`>;

const table: Record<Key, string> = en;
const plurals = new Intl.PluralRules('en');

function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (whole, name: string) => isolated(String(params[name] ?? whole))) : text;
}

/** The words of a key. */
export function t(key: PlainKey, params?: Params): string {
  return fill(table[key], params);
}

/** The words of a key for a number of things. */
export function tn(key: PluralKey, n: number, params?: Params): string {
  const form = plurals.select(n) === 'one' ? 'one' : 'other';
  return fill(table[`${key}#${form}`], { n, ...params });
}
