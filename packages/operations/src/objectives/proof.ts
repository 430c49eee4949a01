import type { DrillResult, DrillSnapshot } from '../drills/contract.ts';

/** How much of a snapshot was proven to come back, as JSON. */
export interface RestorabilityProof {
  /** Id. */
  readonly snapshot: string;
  readonly tenant: string;
  /** ISO 8601: when it was made. */
  readonly madeAt: string;
  /** Content, in bytes. */
  readonly bytes: number;
  /** `failed`: the last look found something wrong, `drill list` says what. `unproven`: nobody has looked. */
  readonly status: 'proven' | 'partly' | 'failed' | 'unproven';
  /** Share of its bytes that was read and found well, 0 to 1; `null` when nobody has looked, or could not say. */
  readonly share: number | null;
  /** ISO 8601. */
  readonly at: string | null;
  /** A drill, a trial restore outside of one, or `verify` at level full. */
  readonly how: 'full drill' | 'validate drill' | 'trial restore' | 'full verify' | null;
  /** Such as `last verified 98 % on 2026-11-01 (full drill)`. */
  readonly text: string;
}

interface Look {
  readonly atMs: number;
  readonly share: number | null;
  readonly hasFailed: boolean;
  readonly how: NonNullable<RestorabilityProof['how']>;
}

/**
 * The latest look at each snapshot that has read its content, and how much of it that was. Looks at lists and sizes, and samples of a whole repository,
 * prove nothing of one snapshot. Pure.
 */
export function restorability(facts: {
  readonly snapshots: readonly DrillSnapshot[];
  readonly drills: readonly DrillResult[];
}): readonly RestorabilityProof[] {
  const drills = Map.groupBy(facts.drills, ({ snapshot }) => snapshot);
  return facts.snapshots.map((snapshot) => {
    const looks = [...(drills.get(snapshot.id) ?? []).flatMap(ofDrill), ...ofChecks(snapshot)];
    // A drill is known to the engine as well, by when it began, and less exactly: it comes after.
    const latest = looks.toSorted((a, b) => b.atMs - a.atMs)[0];
    return proofOf(snapshot, latest);
  });
}

function ofDrill({ kind, status, finishedAt, proven }: DrillResult): Look[] {
  if (status === 'notTried') return [];
  const hasFailed = status === 'failed';
  return [{ atMs: Date.parse(finishedAt), share: proven?.share ?? null, hasFailed, how: `${kind} drill` }];
}

function ofChecks({ checks, bytes, absentBytes }: DrillSnapshot): Look[] {
  const present = bytes === 0 ? 1 : (bytes - absentBytes) / bytes;
  return checks.flatMap(({ level, at, status, coverage }): Look[] => {
    if (level !== 'restore' && level !== 'full') return [];
    const hasFailed = status === 'damaged';
    // Of a damaged one the engine knows that something is wrong, and not how much is well.
    const share = hasFailed ? null : Math.min(1, Math.max(0, coverage)) * present;
    return [{ atMs: Date.parse(at), share, hasFailed, how: level === 'restore' ? 'trial restore' : 'full verify' }];
  });
}

function proofOf({ id, tenant, madeMs, bytes }: DrillSnapshot, look: Look | undefined): RestorabilityProof {
  const base = { snapshot: id, tenant, madeAt: new Date(madeMs).toISOString(), bytes };
  if (look === undefined || Number.isNaN(look.atMs))
    return { ...base, status: 'unproven', share: null, at: null, how: null, text: 'never verified' };
  const { share, hasFailed, how } = look;
  const at = new Date(look.atMs).toISOString();
  const verified = share === null ? 'failed' : `last verified ${percentText(share)}`;
  const text = `${verified} on ${at.slice(0, 10)} (${how}${hasFailed && share !== null ? ', failed' : ''})`;
  return { ...base, status: hasFailed ? 'failed' : share === 1 ? 'proven' : 'partly', share, at, how, text };
}

/** Rounded down: 99.99 % is 99 %. */
export function percentText(share: number): string {
  const percent = Math.floor(share * 100);
  return percent === 0 && share > 0 ? 'less than 1 %' : `${percent} %`;
}
