// Chooses the host once, at the start. The demo world is not in the window's own build.

import type { Platform } from './types';

export type { Args, Answer, Platform } from './types';
export { Refused } from './types';

export async function choosePlatform(): Promise<Platform> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).createTauri();
  if (import.meta.env.DEV || import.meta.env.MODE === 'demo') {
    const { createMemory, optionsFrom } = await import('./memory');
    return createMemory(optionsFrom(location.search));
  }
  throw new Error('the window runs inside Carillon only');
}
