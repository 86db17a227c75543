// Presses that closed something floating. What lies beneath must not take them for its own.

const presses = new WeakSet<Event>();

export const dismissed = (event: Event): void => void presses.add(event);
export const wasDismissal = (event: Event): boolean => presses.has(event);
