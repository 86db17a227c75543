// An offer of undo stands only as long as it takes back what it says.
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Toasts } from './toasts.svelte';

const undo = { label: 'Undo', run: () => undefined };
const shown = (toasts: Toasts): string[] => toasts.list.map(({ text }) => text);

describe('an offer of undo', () => {
  let toasts: Toasts;
  beforeEach(() => {
    vi.useFakeTimers();
    toasts = new Toasts();
  });

  it('stays while the ledger would undo the same', () => {
    const id = toasts.show('Moved Brunch', { action: undo });
    toasts.undoIsNow('Add “Walk”');
    toasts.offers(id, 'Change “Brunch”');
    toasts.undoIsNow('Change “Brunch”');
    expect(shown(toasts)).toEqual(['Moved Brunch']);
  });

  it('goes when the ledger would undo something else', () => {
    toasts.show('Copied');
    toasts.offers(toasts.show('Moved Brunch', { action: undo }), 'Change “Brunch”');
    toasts.undoIsNow('Delete “Retro”');
    expect(shown(toasts)).toEqual(['Copied']);
  });

  it('goes when another change was made here', () => {
    toasts.show('Moved Brunch', { action: undo });
    toasts.withdraw();
    toasts.show('Undone: Brunch');
    expect(shown(toasts)).toEqual(['Undone: Brunch']);
  });
});
