import type { EventBook, EventQuery, OperationEvent } from '../events/contract.ts';
import { amountOf } from '../events/told-values.ts';
import type { DrillResult } from './contract.ts';
import { isDrillKind } from './policy.ts';

/** Names of the events that tell of drills. */
export const DRILL_EVENTS: readonly string[] = ['drill.finished', 'drill.failed'];

/** A drill as an event: `drill.finished` when it passed, else `drill.failed`. */
export function drillEvent(result: DrillResult, host: string): OperationEvent {
  const { status, finishedAt, tenant } = result;
  return {
    at: finishedAt,
    name: status === 'passed' ? 'drill.finished' : 'drill.failed',
    level: status === 'passed' ? 'info' : status === 'failed' ? 'error' : 'warn',
    tenant,
    host,
    details: { ...result },
  };
}

const STATUS: ReadonlySet<unknown> = new Set(['passed', 'failed', 'notTried']);

/** The drill that an event tells of; `undefined` for any other event, and for one that lacks what plans and objectives go by. */
export function drillResultOf({ name, details }: Pick<OperationEvent, 'name' | 'details'>): DrillResult | undefined {
  if (!DRILL_EVENTS.includes(name)) return undefined;
  const found = details as Partial<DrillResult>;
  const texts = [found.id, found.tenant, found.snapshot];
  const moments = [found.madeAt, found.startedAt, found.finishedAt];
  const amounts = [found.durationMs, found.bytes, found.problemCount];
  const perhaps = [found.restoreMs, found.bytesPerSecond];
  const isWhole =
    texts.every((text) => typeof text === 'string' && text !== '') &&
    moments.every((text) => typeof text === 'string' && !Number.isNaN(Date.parse(text))) &&
    amounts.every(isAmount) &&
    perhaps.every((value) => value === null || isAmount(value)) &&
    isDrillKind(found.kind) &&
    STATUS.has(found.status) &&
    isProven(found.proven) &&
    Array.isArray(found.checks) &&
    Array.isArray(found.problems) &&
    (found.error === null || typeof found.error?.code === 'string');
  return isWhole ? (found as DrillResult) : undefined;
}

const isAmount = (value: unknown): boolean => amountOf(value) !== null;

function isProven(value: DrillResult['proven'] | undefined): boolean {
  if (value === null) return true;
  const { bytes, ofBytes, files, ofFiles, share } = value ?? {};
  return [bytes, ofBytes, files, ofFiles, share].every(isAmount) && (share ?? 2) <= 1;
}

/** The drills of a book, oldest first; each once, however often it is told. */
export async function drillHistory(
  book: Pick<EventBook, 'read'>,
  query: Pick<EventQuery, 'fromMs' | 'toMs' | 'tenant'> = {},
): Promise<readonly DrillResult[]> {
  const drills = new Map<string, DrillResult>();
  for await (const event of book.read({ ...query, names: DRILL_EVENTS })) {
    const result = drillResultOf(event);
    if (result !== undefined) drills.set(result.id, result);
  }
  return [...drills.values()].toSorted((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt));
}
