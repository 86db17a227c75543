// Which of the two looks is drawn.

import type { Theme } from '../wire/types';

/** Draws the look that is wanted; without a wish the system's. */
export function drawTheme(wanted: Theme): void {
  const dark = wanted === 'dark' || (wanted === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
