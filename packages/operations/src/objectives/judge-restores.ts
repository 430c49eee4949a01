import type { DrillSnapshot } from '../drills/contract.ts';
import type { ObjectiveJudgement } from './contract.ts';
import type { Measurement } from './measurements.ts';

/** Two sizes are the same, for the time that they take, when they differ by less than this share of the larger one. */
const SAME = 0.1;

/** What a tenant's restores are held against. */
export interface RestoreQuestion {
  readonly tenant: string;
  readonly objective: 'restore' | 'rto';
  readonly limitMs: number;
  /** Latest first. */
  readonly measured: readonly Measurement[];
  readonly newest: DrillSnapshot | undefined;
  readonly nowMs: number;
  readonly withinMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * Holds the time that restores of a tenant take against what is promised: the latest of each kind that was measured, for the size that there is
 * now, and of these the one that is worst. A full drill loads no database, and a trial may be of an old snapshot: none of them stands for the other.
 */
export function judgeRestores(question: RestoreQuestion): ObjectiveJudgement {
  const kinds = [...Map.groupBy(question.measured, ({ kind }) => kind).values()];
  const judged = kinds
    .map((measured) => judgeKind({ ...question, measured }))
    .toSorted((a, b) => badness(b) - badness(a));
  return judged[0] ?? judgeKind(question);
}

/** What failed is worst, then what takes longest; what is not known any more says least. */
function badness({ status, valueMs }: ObjectiveJudgement): number {
  return status === 'unknown' ? -1 : (valueMs ?? Infinity);
}

function judgeKind(question: RestoreQuestion): ObjectiveJudgement {
  const { tenant, objective, limitMs, measured, nowMs, withinMs } = question;
  const [latest] = measured;
  const base = { tenant, objective, limitMs } as const;
  const again = `Run a drill of ${tenant}: holdfast drill run --tenant ${tenant}.`;
  if (latest === undefined || nowMs - latest.atMs > withinMs) {
    const measuredAt = latest === undefined ? null : iso(latest.atMs);
    const detail = measuredAt === null ? 'nobody has measured it' : `last measured on ${day(measuredAt)}, too long ago`;
    return {
      ...base,
      status: 'unknown',
      valueMs: null,
      isEstimate: false,
      since: null,
      measuredAt,
      detail,
      todo: again,
    };
  }
  const measuredAt = iso(latest.atMs);
  if (latest.restoreMs === null)
    return {
      ...base,
      status: 'breached',
      valueMs: null,
      isEstimate: false,
      since: sinceOf(question, 'breached'),
      measuredAt,
      detail: `${latest.what} failed on ${day(measuredAt)}`,
      todo: `Look at what it found (holdfast drill list --tenant ${tenant}), make a new backup and ${lower(again)}`,
    };
  const { valueMs, isEstimate, from } = valueOf(question, latest);
  const status = valueMs <= limitMs ? 'met' : 'breached';
  return {
    ...base,
    status,
    valueMs,
    isEstimate,
    since: sinceOf(question, status),
    measuredAt,
    detail: `${isEstimate ? 'estimated' : 'measured'} by ${latest.what} on ${day(measuredAt)}${from}`,
    todo:
      status === 'met'
        ? null
        : `Restore from a nearer or faster destination, split the tenant, or promise more time. ${isEstimate ? again : ''}`.trim(),
  };
}

const day = (text: string): string => text.slice(0, 10);
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const timeOf = ({ restoreMs, wholeMs }: Measurement, objective: 'restore' | 'rto'): number | null =>
  objective === 'restore' ? restoreMs : wholeMs;

/** Another size takes time in proportion, by the rate that was measured. */
function valueOf(
  { objective, newest }: RestoreQuestion,
  latest: Measurement,
): { readonly valueMs: number; readonly isEstimate: boolean; readonly from: string } {
  const ms = timeOf(latest, objective) ?? 0;
  const bytes = newest === undefined ? latest.bytes : newest.bytes - newest.absentBytes;
  const isSame = Math.abs(bytes - latest.bytes) <= SAME * Math.max(bytes, latest.bytes);
  if (isSame || latest.bytes === 0) return { valueMs: ms, isEstimate: false, from: '' };
  const valueMs = Math.round((ms * bytes) / latest.bytes);
  return { valueMs, isEstimate: true, from: `: it had ${latest.bytes} bytes, the newest snapshot has ${bytes}` };
}

/** When it began to stand like that, by what was measured; of an estimate that says otherwise, when the snapshot was made that it is for. */
function sinceOf({ objective, measured, limitMs, newest }: RestoreQuestion, status: 'met' | 'breached'): string | null {
  const stood = (each: Measurement): 'met' | 'breached' =>
    (timeOf(each, objective) ?? Infinity) <= limitMs ? 'met' : 'breached';
  const other = measured.findIndex((each) => stood(each) !== status);
  const first = measured[(other === -1 ? measured.length : other) - 1];
  if (first !== undefined) return iso(first.atMs);
  return newest === undefined ? null : iso(newest.madeMs);
}
