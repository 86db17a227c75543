// For every test that draws: jsdom lays out nothing and opens no dialogs.

import { afterEach } from 'vitest';

if ('document' in globalThis) {
  const { cleanup, configure } = await import('@testing-library/svelte');
  configure({ asyncUtilTimeout: 8000 });
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  globalThis.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  afterEach(cleanup);
}
