import { createHash } from 'node:crypto';
import { compareTexts } from '../text-order.ts';
import type { DrillSnapshot } from './contract.ts';

/** A snapshot, and why it is the one. */
export interface ChosenSnapshot {
  readonly snapshot: DrillSnapshot;
  readonly why: string;
}

/** What a choice goes by. */
export interface ChoiceQuestion {
  readonly tenant: string;
  /** Of that tenant, in any order. */
  readonly snapshots: readonly DrillSnapshot[];
  /** By id of a snapshot, when it was last drilled, in milliseconds since 1970. */
  readonly drilledMs: ReadonlyMap<string, number>;
  /** Drills of the tenant before this one. */
  readonly turn: number;
  readonly seed: string;
}

/**
 * Which snapshot a drill tries. Every second one tries the newest, which is what a loss would be answered with. The others try one by chance
 * of those that were never drilled, and when there are none, of the half that was not drilled for longest: so every snapshot has its turn.
 * The same question has the same answer. `undefined` when there is nothing to try: checkpoints have no content to restore.
 */
export function chooseSnapshot(question: ChoiceQuestion): ChosenSnapshot | undefined {
  const { tenant, drilledMs, turn, seed } = question;
  const candidates = newestFirst(question.snapshots.filter(({ kind }) => kind !== 'checkpoint'));
  const [newest] = candidates;
  if (newest === undefined) return undefined;
  if (turn % 2 === 0 || candidates.length === 1) return { snapshot: newest, why: 'the newest' };
  const never = candidates.filter(({ id }) => !drilledMs.has(id));
  const number = seededNumber(`${seed}\0${tenant}\0${turn}`);
  const ofNever = never[number % Math.max(1, never.length)];
  if (ofNever !== undefined) return { snapshot: ofNever, why: 'by chance, of those that were never drilled' };
  const byAge = candidates.toSorted((a, b) => (drilledMs.get(a.id) ?? 0) - (drilledMs.get(b.id) ?? 0));
  const half = byAge.slice(0, Math.ceil(byAge.length / 2));
  const chosen = half[number % half.length] ?? newest;
  return { snapshot: chosen, why: 'by chance, of those that were not drilled for longest' };
}

/** The same order whatever order they come in. */
export function newestFirst(snapshots: readonly DrillSnapshot[]): readonly DrillSnapshot[] {
  return snapshots.toSorted((a, b) => b.madeMs - a.madeMs || compareTexts(a.id, b.id));
}

/** A number from 0 to 2^48 - 1 that follows from a text, and looks like chance. */
export function seededNumber(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}
