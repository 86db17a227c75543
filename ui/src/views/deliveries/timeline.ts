// Steps and tries of a delivery as one story, oldest first: a try stands in for the two steps around it.

import { t } from '../../shared/t';
import type { AttemptOutcome, AttemptView, Moment, Step, Why } from '../../wire/types';

export interface Entry {
  at: Moment;
  title: string;
  text: string;
  detail: string | null;
  tone: 'plain' | 'good' | 'bad' | 'wait';
}

const TONES: Record<AttemptOutcome, Entry['tone']> = {
  running: 'wait', accepted: 'good', transient: 'wait', permanent: 'bad', ambiguous: 'wait', unavailable: 'wait', unknown: 'bad',
};

export function timeline(why: Why): Entry[] {
  const steps = why.steps.map(stepEntry).filter((entry) => entry !== null);
  const settled = why.steps.filter((step) => step.from === 'processing');
  const tries = why.attempts.map((attempt, i) => attemptEntry(attempt, settled[i]));
  const answer: Entry[] = why.acknowledged ? [{ at: why.acknowledged.at, title: t(`why.ack.${why.acknowledged.how}`), text: t(`why.place.${why.acknowledged.place}`), detail: null, tone: 'good' }] : [];
  return [...steps, ...tries, ...answer].sort((a, b) => a.at.utc.localeCompare(b.at.utc));
}

function actor(step: Step): string {
  return step.actor === 'service' || step.actor === 'window' ? t(`actor.${step.actor}`) : step.actor;
}

function stepEntry(step: Step): Entry | null {
  // The try tells of its claim and of a failure that is tried again.
  if (step.to === 'processing' || (step.from === 'processing' && step.to === 'retrying')) return null;
  const text = step.reason?.text ?? '';
  if (step.from === null) return { at: step.at, title: t('why.planned'), text: text || t('why.by', { actor: actor(step) }), detail: null, tone: 'plain' };
  const tone = step.to === 'completed' ? 'good' : step.to === 'dead' || step.to === 'review' || step.to === 'expired' ? 'bad' : step.to === 'retrying' || step.to === 'held' ? 'wait' : 'plain';
  return { at: step.at, title: t(`state.${step.to}`), text, detail: null, tone };
}

function attemptEntry(attempt: AttemptView, settled: Step | undefined): Entry {
  const status = attempt.status === null ? '' : ` · ${attempt.status}`;
  const took = attempt.latencyMs === null ? '' : t('why.took', { ms: attempt.latencyMs });
  const again = settled?.to === 'retrying' ? (settled.reason?.text ?? '') : '';
  return {
    at: attempt.started, title: `${t('why.attempt', { n: attempt.n })}: ${t(`why.outcome.${attempt.outcome}`)}${status}`, text: [again, took].filter(Boolean).join(' · '), detail: attempt.detail, tone: TONES[attempt.outcome],
  };
}
