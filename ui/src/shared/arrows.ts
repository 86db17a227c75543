// Arrow keys walk through the buttons of a menu, Home and End go to its edges.

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** True when the key was one of them. */
export function walkButtons(event: KeyboardEvent, box: HTMLElement | undefined): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const buttons = [...(box?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const by = STEPS[event.key];
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : by === undefined ? null : at < 0 ? 0 : (at + by + buttons.length) % buttons.length;
  if (to === null || buttons.length === 0) return false;
  event.preventDefault();
  event.stopPropagation();
  buttons[to]?.focus();
  return true;
}
