// The real host: one command, two events.

import { invoke } from '@tauri-apps/api/core';
import { listen, type UnlistenFn } from '@tauri-apps/api/event';

import type { Open } from '../wire/types';
import { Refused, type Platform } from './types';

function listening<T>(event: string, listener: (payload: T) => void): () => void {
  let stop: UnlistenFn | null = null;
  let stopped = false;
  void listen<T>(event, ({ payload }) => listener(payload)).then((unlisten) => {
    if (stopped) unlisten();
    else stop = unlisten;
  });
  return () => {
    stopped = true;
    stop?.();
  };
}

export function createTauri(): Platform {
  return {
    async call(name, args) {
      try {
        return await invoke('call', { request: { cmd: name, args } });
      } catch (error) {
        throw Refused.from(error);
      }
    },
    onChanged: (listener) => listening<null>('changed', () => listener()),
    onOpen: (listener) => listening<Open>('open', listener),
  };
}
