import type { Repository, SnapshotRecord } from '@x/backup-store';
import { hostname } from 'node:os';
import { systemClock } from '../../clock.ts';
import { OperationsError } from '../../errors.ts';
import type { OperationEvent } from '../../events/contract.ts';
import type { Alerts } from '../contract.ts';
import { counts, figuresOf, rowOf, type SnapshotFigures } from './figures.ts';
import { isUnusual, judgeSnapshot, type RansomwareLimits, type SnapshotJudgement } from './judge-snapshot.ts';
import { renamedShare } from './renamed-share.ts';

/** Options of {@link createRansomwareWatch}. */
export interface RansomwareOptions {
  readonly repository: Pick<Repository, 'tenant' | 'tenants'>;
  readonly alerts: Pick<Alerts, 'onEvent' | 'freezes'>;
  readonly limits?: RansomwareLimits | undefined;
  /** Snapshots before one that make its history, at most. Default 30. */
  readonly history?: number | undefined;
  /** Latest snapshots of a machine and its sources that each look judges. Default 5: so many backups may pass between two looks. */
  readonly looksBack?: number | undefined;
  /** Milliseconds since 1970. Default: the system clock. */
  readonly clock?: (() => number) | undefined;
  readonly host?: string | undefined;
}

/** What a look at a tenant came to. */
export interface RansomwareLook {
  /** Suspicious snapshots, oldest first. */
  readonly suspected: readonly SnapshotJudgement[];
  /** Whether nothing of the tenant is forgotten now. */
  readonly frozen: boolean;
}

/** Who lifts a freeze, and why. */
export interface ReleaseAct {
  readonly by: string;
  readonly note: string;
}

/** Looks whether snapshots show encrypted or destroyed data, and keeps what was there before. */
export interface RansomwareWatch {
  /**
   * Judges the latest snapshots of a tenant by those before them. On suspicion the tenant is put under a legal hold, so that nothing of it is forgotten or pruned,
   * and `ransomware.suspected` is told. To be called after each backup, and before snapshots are forgotten.
   *
   * @throws what the repository and the store of alerts throw: whoever is about to forget something does not, then.
   */
  look(tenant: string): Promise<RansomwareLook>;
  /**
   * Lifts the freeze: a person has looked, and what was made until now counts as good. A legal hold that somebody else has placed stays.
   *
   * @returns `false` when there was no freeze.
   * @throws {OperationsError} `INVALID_OPTION` without a name or a reason.
   */
  release(tenant: string, act: ReleaseAct): Promise<boolean>;
}

/** Who holds tenants by this watch, as the legal hold shows it. */
const HOLDER = 'holdfast ransomware alarm';

/** Makes a watch over the tenants of a repository. */
export function createRansomwareWatch(options: RansomwareOptions): RansomwareWatch {
  const { repository, alerts, clock = () => systemClock.now(), host = hostname() } = options;
  const tell = async (event: Omit<OperationEvent, 'at' | 'host'>): Promise<void> =>
    alerts.onEvent({ ...event, at: new Date(clock()).toISOString(), host });
  return {
    look: async (tenant) => {
      const frozen = await alerts.freezes.of(tenant);
      // A hold that somebody has lifted in the meantime lifts no freeze: that takes `release`.
      if (frozen !== undefined) await hold(repository, tenant, frozen.reason);
      const suspected = await suspicious(options, tenant);
      const last = suspected.at(-1);
      if (frozen !== undefined || last === undefined) return { suspected, frozen: frozen !== undefined };
      // The hold first: whatever comes after it, nothing is forgotten. The note last: a process that dies before it tells again.
      const reason = reasonOf(last);
      const holds = await hold(repository, tenant, reason);
      await tell({ name: 'ransomware.suspected', level: 'error', tenant, details: detailsOf(last) });
      await alerts.freezes.add({ tenant, sinceMs: clock(), reason, holds });
      return { suspected, frozen: true };
    },
    release: async (tenant, { by, note }) => {
      if (by.trim() === '' || note.trim() === '')
        throw new OperationsError('INVALID_OPTION', 'Expected who releases a tenant and why, got an empty text');
      const frozen = await alerts.freezes.of(tenant);
      if (frozen === undefined) return false;
      const { hold: placed } = await repository.tenants.show(tenant);
      if (placed?.by === HOLDER) await repository.tenants.release(tenant, { by, reason: note });
      await tell({ name: 'ransomware.released', level: 'warn', tenant, principal: by, details: { reason: note } });
      await alerts.freezes.lift(tenant, { by, note, untilMs: clock() });
      return true;
    },
  };
}

/** Places a legal hold, unless somebody has done so already. @returns Whether it is that of this watch. */
async function hold({ tenants }: Pick<Repository, 'tenants'>, tenant: string, reason: string): Promise<boolean> {
  const { hold: placed } = await tenants.show(tenant);
  if (placed !== undefined) return placed.by === HOLDER;
  await tenants.hold(tenant, { by: HOLDER, reason });
  return true;
}

/** Suspicious ones among the latest snapshots of a tenant, oldest first. */
async function suspicious(options: RansomwareOptions, tenant: string): Promise<readonly SnapshotJudgement[]> {
  const { repository, alerts, limits, history = 30, looksBack = 5 } = options;
  const clearedMs = await alerts.freezes.clearedMs(tenant);
  const found: SnapshotJudgement[] = [];
  for (const row of (await rowsOf(repository, tenant)).values()) {
    const figures = row.map(({ record, madeMs }, n) => figuresOf(record, row[n - 1]?.record, madeMs));
    for (let n = Math.max(1, figures.length - looksBack); n < figures.length; n++) {
      const [one, before] = [figures[n], figures[n - 1]];
      if (one === undefined || before === undefined || one.madeMs <= clearedMs) continue;
      const past = figures.slice(Math.max(0, n - history), n);
      const whole = await withNames(options, { tenant, one, before, past });
      const judgement = judgeSnapshot(whole, past, limits);
      if (judgement.suspicions.length > 0) found.push(judgement);
    }
  }
  return found.toSorted((a, b) => a.figures.madeMs - b.figures.madeMs);
}

interface Looked {
  readonly tenant: string;
  readonly one: SnapshotFigures;
  readonly before: SnapshotFigures;
  readonly past: readonly SnapshotFigures[];
}

/** Names are read only where so much has changed that they matter. */
async function withNames(
  { repository, limits }: RansomwareOptions,
  { tenant, one, before, past }: Looked,
): Promise<SnapshotFigures> {
  if (!isUnusual(one, past, limits) || one.added === 0 || one.deleted === 0) return one;
  const pair = { tenant, before: before.id, after: one.id, filesBefore: one.filesBefore };
  return { ...one, renamed: await renamedShare(repository, pair) };
}

/** Snapshots of a tenant, by machine and sources, oldest first. */
async function rowsOf(
  repository: Pick<Repository, 'tenant'>,
  tenant: string,
): Promise<ReadonlyMap<string, { readonly record: SnapshotRecord; readonly madeMs: number }[]>> {
  const rows = new Map<string, { readonly record: SnapshotRecord; readonly madeMs: number }[]>();
  for (const dated of await repository.tenant(tenant).timeline()) {
    if (!counts(dated.record)) continue;
    const key = rowOf(dated.record);
    rows.set(key, [...(rows.get(key) ?? []), dated]);
  }
  for (const row of rows.values()) row.sort((a, b) => a.madeMs - b.madeMs);
  return rows;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function reasonOf({ suspicions, figures, churn, random }: SnapshotJudgement): string {
  const shares = [`${percent(churn)} of files changed or gone`];
  if (random !== undefined) shares.push(`${percent(random)} of new content looks random`);
  return `${suspicions.join(', ')} in snapshot ${figures.id.slice(0, 8)}: ${shares.join(', ')}`;
}

function detailsOf(judgement: SnapshotJudgement): Readonly<Record<string, unknown>> {
  const { suspicions, figures, churn, random, bounds } = judgement;
  const { id, filesBefore, changed, deleted, added, bytesNew, bytesRandom, renamed } = figures;
  const shares = { churn, random, renamed, usualChurn: bounds.churn, usualRandom: bounds.random };
  return {
    snapshot: id,
    why: suspicions,
    summary: reasonOf(judgement),
    ...shares,
    filesBefore,
    changed,
    deleted,
    added,
    bytesNew,
    bytesRandom,
  };
}
