import type { OperationEvent } from '../events/contract.ts';
import type { ReportInput } from './input.ts';
import { amountOf, durationOf, textOf } from '../events/told-values.ts';

/** A backup that was begun. */
export interface Attempt {
  readonly tenant: string;
  readonly startMs: number;
  readonly outcome: 'made' | 'partial' | 'failed';
  readonly snapshot: string | null;
  readonly durationMs: number | null;
  readonly bytes: number | null;
  readonly bytesStored: number | null;
  readonly error: { readonly code: string | null; readonly message: string } | null;
}

/** Kinds that are no backup one would come back to: made before something else, or without content. */
const BESIDE: ReadonlySet<unknown> = new Set(['safety', 'pre-deploy', 'checkpoint']);
/** What tells of one backup may differ by so much, in milliseconds. */
const NEAR_MS = 120_000;

/** All backups that something tells of, each once, earliest first, whichever period they are of. Pure. */
export function attemptsOf(input: ReportInput): readonly Attempt[] {
  const snapshots = ofSnapshots(input);
  const known = new Set(snapshots.map(({ snapshot }) => snapshot));
  const told = ofEvents(input).filter(({ snapshot }) => snapshot === null || !known.has(snapshot));
  const all = [...snapshots, ...told];
  const near = nearby(all);
  const better = new Map<Attempt, Attempt>();
  const runs = ofRuns(input).filter((run) => {
    const same = near(run).find((other) => isSame(run, other));
    // An event has the code alone; the run has what was said.
    if (same !== undefined && run.error !== null && same.error !== null)
      better.set(same, { ...same, error: run.error });
    return same === undefined;
  });
  return [...all.map((each) => better.get(each) ?? each), ...runs].toSorted((a, b) => a.startMs - b.startMs);
}

/** Finds attempts of a tenant that began while another one ran, or shortly before and after it. */
function nearby(attempts: readonly Attempt[]): (run: Attempt) => readonly Attempt[] {
  const byTenant = Map.groupBy(
    attempts.toSorted((a, b) => a.startMs - b.startMs),
    ({ tenant }) => tenant,
  );
  return ({ tenant, startMs, durationMs }) => {
    const own = byTenant.get(tenant) ?? [];
    const untilMs = startMs + (durationMs ?? 0) + NEAR_MS;
    return own.slice(firstFrom(own, startMs - NEAR_MS), firstFrom(own, untilMs + 1));
  };
}

/** Index of the first of sorted attempts that began at a moment or later. */
export function firstFrom(attempts: readonly Attempt[], ms: number): number {
  let [least, most] = [0, attempts.length];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if ((attempts[middle]?.startMs ?? Infinity) < ms) least = middle + 1;
    else most = middle;
  }
  return least;
}

function ofSnapshots({ snapshots, tenant, nowMs }: ReportInput): Attempt[] {
  return (snapshots?.list ?? []).flatMap((each): Attempt[] => {
    const startMs = Date.parse(each.startedAt);
    if (BESIDE.has(each.kind) || !(startMs <= nowMs) || isOther(tenant, each.tenant.name)) return [];
    return [
      {
        tenant: each.tenant.name,
        startMs,
        outcome: each.status === 'partial' ? 'partial' : 'made',
        snapshot: each.id,
        durationMs: durationOf(each.durationMs),
        bytes: amountOf(each.bytes.total),
        bytesStored: amountOf(each.bytes.stored),
        error: null,
      },
    ];
  });
}

function ofEvents({ events, tenant, nowMs }: ReportInput): Attempt[] {
  return (events?.list ?? []).flatMap((event): Attempt[] => {
    const attempt = ofEvent(event);
    if (attempt === undefined || !(attempt.startMs <= nowMs) || isOther(tenant, attempt.tenant)) return [];
    return [attempt];
  });
}

function ofEvent({ name, at, tenant, details }: OperationEvent): Attempt | undefined {
  if (name !== 'backup.created' && name !== 'backup.failed') return undefined;
  if (tenant === undefined || BESIDE.has(details['kind'])) return undefined;
  const durationMs = durationOf(details['durationMs']);
  const code = textOf(details['code']);
  const isPartial = details['status'] === 'partial';
  return {
    tenant,
    // It is told at its end.
    startMs: Date.parse(at) - (durationMs ?? 0),
    outcome: name === 'backup.failed' ? 'failed' : isPartial ? 'partial' : 'made',
    snapshot: textOf(details['snapshot']) ?? textOf(details['id']),
    durationMs,
    bytes: amountOf(details['bytes']),
    bytesStored: amountOf(details['bytesStored']),
    error: name === 'backup.failed' ? { code, message: textOf(details['message']) ?? code ?? 'it failed' } : null,
  };
}

function ofRuns({ runs, tenant, nowMs }: ReportInput): Attempt[] {
  return (runs?.list ?? []).flatMap(({ tenant: of, run }): Attempt[] => {
    const { status, slotMs, startedMs = slotMs, finishedMs, error } = run;
    if (status !== 'ok' && status !== 'partial' && status !== 'failed') return [];
    if (startedMs > nowMs || isOther(tenant, of)) return [];
    return [
      {
        tenant: of,
        startMs: startedMs,
        outcome: status === 'ok' ? 'made' : status,
        snapshot: null,
        durationMs: finishedMs === undefined ? null : Math.max(0, finishedMs - startedMs),
        bytes: null,
        bytesStored: null,
        error: error === undefined ? null : { code: error.code ?? null, message: error.message },
      },
    ];
  });
}

/** Whether a run of a scheduler and something near it tell of one backup: its failure, or the snapshot that it has made. */
function isSame(run: Attempt, other: Attempt): boolean {
  return (run.outcome === 'failed') === (other.outcome === 'failed');
}

const isOther = (wanted: string | undefined, tenant: string): boolean => wanted !== undefined && wanted !== tenant;
