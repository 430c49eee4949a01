import { nextSlot } from '../timing/slots-of.ts';
import type { Timing } from '../timing/timing.ts';
import { type Attempt, firstFrom } from './attempts.ts';
import type { BackupOutcome } from './contract.ts';
import type { ExpectedBackups, ReportInput } from './input.ts';

/** A backup that was due, or made beside those that were. */
export interface DueBackup {
  readonly tenant: string;
  /** When it was due; of one that was not, when it began. */
  readonly atMs: number;
  readonly outcome: BackupOutcome;
  readonly due: boolean;
  /** What was made, or went wrong last. */
  readonly attempt: Attempt | undefined;
}

/** A slot that was due so short a time ago may still be under way, in milliseconds. */
const PATIENCE_MS = 3_600_000;
/** Slots of a tenant that are looked at: a backup each quarter of an hour, for a year. */
const MOST = 40_000;

/**
 * What became of each backup of the period. With a schedule each slot has one end: the best of what was begun before the next slot. Without one each that was begun counts
 * by itself. Pure.
 */
export function dueBackups(input: ReportInput, attempts: readonly Attempt[]): readonly DueBackup[] {
  const { period, expected = [], tenant } = input;
  const wanted = expected.filter((each) => tenant === undefined || each.tenant === tenant);
  const byTenant = Map.groupBy(attempts, (each) => each.tenant);
  const timings = Map.groupBy(wanted, (each) => each.tenant);
  const tenants = [...new Set([...byTenant.keys(), ...timings.keys()])].toSorted();
  const slotsIn = slotReader(input);
  const missed = Map.groupBy(missedTimes(input), (each) => each.tenant);
  return tenants.flatMap((name) => {
    const own = byTenant.get(name) ?? [];
    const given = timings.get(name) ?? [];
    const slots = slotsIn(given);
    const dueMs = Math.min(...given.map(({ sinceMs }) => sinceMs ?? -Infinity));
    const used = new Set<Attempt>();
    const due = slots.flatMap((slotMs, at): DueBackup[] => {
      const untilMs = slots[at + 1] ?? afterLast(given, slotMs);
      const found = own.slice(firstFrom(own, slotMs), firstFrom(own, untilMs));
      const best = bestOf(found);
      if (best !== undefined) for (const each of found) if (each.outcome === 'failed') used.add(each);
      if (best !== undefined) used.add(best);
      if (best === undefined && slotMs + PATIENCE_MS > input.nowMs) return [];
      const outcome =
        best?.outcome ?? absentOutcome(input, { slotMs, untilMs, own, dueMs, told: missed.get(name) ?? [] });
      return [{ tenant: name, atMs: slotMs, outcome, due: true, attempt: best }];
    });
    const isScheduled = timings.has(name);
    const others = own
      .filter((each) => !used.has(each) && each.startMs >= period.fromMs && each.startMs < period.toMs)
      .map((attempt): DueBackup => {
        return { tenant: name, atMs: attempt.startMs, outcome: attempt.outcome, due: !isScheduled, attempt };
      });
    return [...due, ...others].toSorted((a, b) => a.atMs - b.atMs);
  });
}

/** Slots of all timings of a tenant in the period, up to now; two at the same moment are one. Many tenants share a timing: each is worked out once. */
function slotReader({ period, nowMs }: ReportInput): (timings: readonly ExpectedBackups[]) => readonly number[] {
  const untilMs = Math.min(period.toMs - 1, nowMs);
  const known = new Map<string, readonly number[]>();
  const slotsOf = (timing: Timing): readonly number[] => {
    const name = JSON.stringify(timing);
    const found = known.get(name);
    if (found !== undefined) return found;
    const slots: number[] = [];
    for (let slot = nextSlot(timing, period.fromMs - 1); slot !== undefined && slot <= untilMs;) {
      if (slots.length >= MOST) break;
      slots.push(slot);
      slot = nextSlot(timing, slot);
    }
    known.set(name, slots);
    return slots;
  };
  return (timings) => [...new Set(timings.flatMap(({ timing }) => slotsOf(timing)))].toSorted((a, b) => a - b);
}

function afterLast(timings: readonly ExpectedBackups[], slotMs: number): number {
  const next = timings.flatMap(({ timing }) => nextSlot(timing, slotMs) ?? []);
  return next.length === 0 ? Infinity : Math.min(...next);
}

const GOODNESS = ['failed', 'partial', 'made'] as const;

/** The best of several tries; of equals the first that was good, and the last that was not. */
function bestOf(attempts: readonly Attempt[]): Attempt | undefined {
  let best: Attempt | undefined;
  for (const each of attempts) {
    const by = GOODNESS.indexOf(each.outcome) - (best === undefined ? -1 : GOODNESS.indexOf(best.outcome));
    if (by > 0 || (by === 0 && each.outcome === 'failed')) best = each;
  }
  return best;
}

/** A time in which runs of a scheduler were missed, as it has told. */
interface MissedTime {
  readonly tenant: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

function missedTimes({ runs }: ReportInput): readonly MissedTime[] {
  return (runs?.list ?? []).flatMap(({ tenant, run: { missed, status, slotMs } }) => {
    const own = status === 'missed' ? [{ tenant, firstMs: slotMs, lastMs: slotMs }] : [];
    return missed === undefined ? own : [...own, { tenant, firstMs: missed.firstMs, lastMs: missed.lastMs }];
  });
}

interface AbsentSlot {
  readonly slotMs: number;
  readonly untilMs: number;
  readonly own: readonly Attempt[];
  /** Since when they are due. */
  readonly dueMs: number;
  readonly told: readonly MissedTime[];
}

/** Nothing was begun: missed, where somebody would have told of it; else nobody knows. */
function absentOutcome({ runs, events, snapshots }: ReportInput, slot: AbsentSlot): 'missed' | 'unknown' {
  const { slotMs, untilMs, own, dueMs, told } = slot;
  if (told.some(({ firstMs, lastMs }) => lastMs >= slotMs && firstMs < untilMs)) return 'missed';
  const sinceMs = Math.min(...[runs, events, snapshots].map((each) => each?.sinceMs ?? Infinity));
  // Before its first backup a tenant may not have been there; one that has none at all should have.
  const begunMs = own[0]?.startMs ?? sinceMs;
  return slotMs >= Math.max(sinceMs, begunMs, dueMs) ? 'missed' : 'unknown';
}
