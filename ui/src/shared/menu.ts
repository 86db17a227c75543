// The browser's own menu, with Back and Reload in it, is of use only where text can be copied or typed.

export function keepsMenu(target: EventTarget | null, selected: string): boolean {
  if (selected !== '') return true;
  return target instanceof Element && target.closest('input:not([type=checkbox]):not([type=radio]), textarea, .selectable') !== null;
}

/** Leaves that menu away everywhere else. */
export function withoutMenu(document: Document): void {
  document.addEventListener('contextmenu', (event) => {
    if (!keepsMenu(event.target, document.getSelection()?.toString() ?? '')) event.preventDefault();
  });
}
