import { addSpan, type HealthSpan } from './span.ts';
import { type HealthState, severityOf } from './state.ts';

/** What was seen, and for how long it has to be seen before it counts. */
export interface Damping {
  /** Looks in a row that have to be worse before it counts as worse. */
  readonly failures: number;
  /** Looks in a row that have to be better before it counts as better. */
  readonly successes: number;
}

/** Where a check stands. */
export interface Standing {
  readonly state: HealthState;
  /** When that began: the first look of the row that changed it, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** The last look. */
  readonly lookedMs: number;
  /** Looks in a row that say something else and are too few to count yet. */
  readonly other?: { readonly state: HealthState; readonly count: number; readonly firstMs: number } | undefined;
}

/** A change of a check's state. */
export interface StandingChange {
  readonly from: HealthState | undefined;
  readonly to: HealthState;
  /** When it began, in milliseconds since 1970. */
  readonly atMs: number;
}

/** One look, and what is known before it. */
export interface LookSeen {
  readonly state: HealthState;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** A look later than this after the one before says nothing of the time between, in milliseconds. */
  readonly reachMs: number;
}

/** What a look leads to. */
export interface NextStanding {
  readonly standing: Standing;
  readonly change: StandingChange | undefined;
  /** Times that are decided now, earliest first. What a row that is too short to count has seen is decided when it ends. */
  readonly spans: readonly HealthSpan[];
}

/**
 * Goes from one standing to the next. A state changes when enough looks in a row have said so (flap damping), and then counts from the first of them. The first look of
 * all counts at once, and so does the first one after a time in which nobody has looked.
 */
export function nextStanding(before: Standing | undefined, look: LookSeen, damping: Damping): NextStanding {
  const { state, atMs, reachMs } = look;
  if (before === undefined) return fresh(undefined, look);
  // A clock that was set back: what is known ends here.
  if (atMs <= before.lookedMs) return { standing: { ...before, lookedMs: atMs }, change: undefined, spans: [] };
  if (atMs - before.lookedMs > reachMs) return fresh(before, look);
  const { other } = before;
  if (state === before.state) {
    const fromMs = other?.firstMs ?? before.lookedMs;
    const spans = [{ fromMs, toMs: atMs, state }];
    return { standing: { state, sinceMs: before.sinceMs, lookedMs: atMs }, change: undefined, spans };
  }
  const isWorse = severityOf(state) > severityOf(before.state);
  const goesOn = other !== undefined && severityOf(other.state) > severityOf(before.state) === isWorse;
  const row = goesOn ? { state, count: other.count + 1, firstMs: other.firstMs } : { state, count: 1, firstMs: atMs };
  // Up to the first look that says something else, it was as before.
  const spans: HealthSpan[] = [];
  if (!goesOn) addSpan(spans, { fromMs: other?.firstMs ?? before.lookedMs, toMs: atMs, state: before.state });
  if (row.count < (isWorse ? damping.failures : damping.successes))
    return { standing: { ...before, lookedMs: atMs, other: row }, change: undefined, spans };
  addSpan(spans, { fromMs: row.firstMs, toMs: atMs, state });
  const change = { from: before.state, to: state, atMs: row.firstMs };
  return { standing: { state, sinceMs: row.firstMs, lookedMs: atMs }, change, spans };
}

/** Nothing is known of the time before: what is seen counts. */
function fresh(before: Standing | undefined, { state, atMs }: LookSeen): NextStanding {
  const isSame = before?.state === state;
  const standing = { state, sinceMs: isSame ? before.sinceMs : atMs, lookedMs: atMs };
  return { standing, change: isSame ? undefined : { from: before?.state, to: state, atMs }, spans: [] };
}
