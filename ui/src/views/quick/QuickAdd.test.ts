// @vitest-environment jsdom
// Aim: the field of quick add as a screen reader meets it, and answers that come late. Method: the component over the
// demo world in jsdom; how it looks is seen in the browser (e2e/).

import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, it, vi } from 'vitest';

import type { Answer, Args, Platform } from '../../platform';
import { createMemory } from '../../platform/memory';
import type { Calls } from '../../wire/calls';
import QuickAdd from './QuickAdd.svelte';


const field = (): HTMLInputElement => screen.getByLabelText('What and when');
const type = (value: string): Promise<boolean> => fireEvent.input(field(), { target: { value } });

function open(platform: Platform = createMemory()) {
  const onadded = vi.fn();
  const onclose = vi.fn();
  render(QuickAdd, { platform, onadded, onclose });
  return { onadded, onclose };
}

async function findings(): Promise<string[]> {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  return violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`);
}

describe('quick add', () => {
  it('has nothing for axe to find, empty, understood and refused', async () => {
    open();
    expect(await findings()).toEqual([]);
    await type('Swim on saturday at 15:00');
    await screen.findByText(/Sat 21 Nov, 15:00/);
    expect(await findings()).toEqual([]);
    await type('Swim 1/2');
    await screen.findByText(/could be/);
    expect(field().getAttribute('aria-invalid')).toBe('true');
    expect(await findings()).toEqual([]);
  });

  it('says the newest line, whatever answer comes last', async () => {
    const platform = createMemory();
    const waiting: (() => void)[] = [];
    const call = async <K extends keyof Calls>(name: K, args: Args<K>): Promise<Answer<K>> => {
      if (name === 'readQuick') await new Promise<void>((resolve) => waiting.push(resolve));
      return platform.call(name, args);
    };
    open({ ...platform, call });
    await type('Swim on saturday at 15:00');
    await type('Swim on sunday at 15:00');
    waiting[1]?.();
    await screen.findByText(/Sun 22 Nov/);
    waiting[0]?.();
    await waitFor(() => expect(screen.queryByText(/Sat 21 Nov/)).toBeNull());
    expect(screen.getByText(/Sun 22 Nov/)).toBeTruthy();
  });

  it('adds once, however often Enter is pressed', async () => {
    const platform = createMemory();
    const call = vi.fn(platform.call.bind(platform));
    const { onadded } = open({ ...platform, call: call as Platform['call'] });
    await type('Swim on saturday at 15:00');
    const form = screen.getByRole('form', { name: 'Quick add' });
    await Promise.all([fireEvent.submit(form), fireEvent.submit(form)]);
    await waitFor(() => expect(onadded).toHaveBeenCalledTimes(1));
    expect(call.mock.calls.filter(([name]) => name === 'addQuick')).toHaveLength(1);
  });

  it('stays with its line when it cannot be added', async () => {
    const { onadded } = open();
    await type('Swim');
    await fireEvent.submit(screen.getByRole('form', { name: 'Quick add' }));
    expect(await screen.findByText(/there is no date and no time/)).toBeTruthy();
    expect([field().value, onadded.mock.calls.length]).toEqual(['Swim', 0]);
  });

  it('is left by Escape', async () => {
    const { onclose } = open();
    await fireEvent.keyDown(field(), { key: 'Escape' });
    expect(onclose).toHaveBeenCalledTimes(1);
  });
});
