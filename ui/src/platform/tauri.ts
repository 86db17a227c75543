// The real host: one command, three events.

import { invoke } from '@tauri-apps/api/core';
import { listen, type UnlistenFn } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';

import type { Dropping, Open } from '../wire/types';
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

/** What this window changed itself it need not be told by the bell. */
const changes = (name: string, args: object): boolean => 'requestId' in args || name === 'saveSettings' || name === 'startService';

export function createTauri(): Platform {
  const own = new Set<() => void>();
  return {
    async call(name, args) {
      try {
        const answer = await invoke<Awaited<ReturnType<Platform['call']>>>('call', { request: { cmd: name, args } });
        if (changes(name, args)) queueMicrotask(() => own.forEach((listener) => listener()));
        return answer as never;
      } catch (error) {
        throw Refused.from(error);
      }
    },
    onChanged(listener) {
      own.add(listener);
      const stop = listening<null>('changed', () => listener());
      return () => {
        own.delete(listener);
        stop();
      };
    },
    onOpen: (listener) => listening<Open>('open', listener),
    onDropping: (listener) => listening<Dropping>('dropping', listener),
    show: () => void getCurrentWindow().show().then(() => getCurrentWindow().setFocus()),
    close: () => void getCurrentWindow().close(),
  };
}
