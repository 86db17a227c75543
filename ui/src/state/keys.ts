// The window's keys. Off while something is typed; what the grid wants, it takes before they come here.

import type { App } from './app.svelte';

type Handler = (app: App) => void;

const PLAIN: Record<string, Handler> = {
  t: (app) => app.today(),
  w: (app) => app.show('week'),
  m: (app) => app.show('month'),
  c: (app) => void app.newEvent(),
  q: (app) => (app.overlay = { kind: 'quick' }),
  g: (app) => (app.overlay = { kind: 'goto', anchor: { x: 250, y: 8, width: 0, height: 40 } }),
  f: (app) => app.go('attention'),
  ArrowLeft: (app) => app.page === 'calendar' && app.turn(-1),
  ArrowRight: (app) => app.page === 'calendar' && app.turn(1),
  k: (app) => app.page === 'calendar' && app.turn(-1),
  j: (app) => app.page === 'calendar' && app.turn(1),
  '[': (app) => (app.sidebar = !app.sidebar),
  ',': (app) => app.go('settings'),
  '?': (app) => (app.overlay = { kind: 'keys' }),
};

const TYPED = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

export function handleKey(app: App, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const typing = event.target instanceof Element && event.target.closest(TYPED) !== null;
  if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === 'z' && !typing) {
    event.preventDefault();
    void (event.shiftKey ? app.redo() : app.takeBack());
    return;
  }
  if (typing || event.ctrlKey || event.altKey || event.metaKey || app.overlay.kind !== 'none') return;
  const handler = PLAIN[event.key];
  if (!handler) return;
  event.preventDefault();
  handler(app);
}
