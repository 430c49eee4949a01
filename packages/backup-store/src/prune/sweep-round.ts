import { listAll } from '@x/storage';

import {
  epochName,
  epochsPrefix,
  forgetPrefix,
  historiesPrefix,
  indexPrefix,
  nameParts,
  packsPrefix,
  segmentName,
  sessionsPrefix,
} from '../layout/names.ts';
import { inParallel } from '../run/parallel.ts';
import { encodeRecord, type EpochDecision, epochSeal, type PackId } from '../session/epoch-records.ts';
import type { Keeper } from './keeper.ts';
import { packIdOf } from './pack-use.ts';

const PARALLEL = 16;

/** What a sweep has taken away. */
export interface Swept {
  readonly packs: number;
  /** Stored bytes of these packs. */
  readonly bytes: number;
}

const NOTHING: Swept = { packs: 0, bytes: 0 };

/** Whether a decided round has been swept. */
export async function isClosed({ sealed, tenant, signal }: Keeper, epoch: number): Promise<boolean> {
  return (await sealed.store.stat(epochName(tenant.label, epoch, 'closed'), { signal })) !== undefined;
}

/** Deletes what the newest decision, by the keeper's view, has declared dead, and closes its round. A sweep that was ended is gone on with by the next one. */
export async function sweepRound(keeper: Keeper): Promise<Swept> {
  const { view, sealed, tenant, signal } = keeper;
  const { decided: epoch, decision, history } = view.epochs;
  if (decision === undefined) return NOTHING;
  // Before anything goes: from now on this record is all that says what counts. Whoever decided may be gone.
  const copy = epochName(tenant.label, epoch, 'decision-copy');
  await sealed.create(copy, epochSeal(tenant), encodeRecord(decision), { signal });
  const swept = await deletePacks(keeper, decision);
  await deleteAll(keeper, deadSegments(keeper, decision));
  await deleteAll(keeper, await oldMarkers(keeper, history.forgotten));
  await deleteAll(keeper, await beatsOf(keeper, decision));
  await sealed.create(epochName(tenant.label, epoch, 'closed'), epochSeal(tenant), Buffer.from(keeper.newId(16)), {
    signal,
  });
  await deleteAll(keeper, await oldRecords(keeper, epoch, decision));
  await tidy(keeper, decision);
  return swept;
}

/** Takes away what sessions that have ended have left beside objects, such as half a pack of one that was killed. */
async function tidy({ sealed, tenant, signal }: Keeper, { packs, segments, sessions }: EpochDecision): Promise<void> {
  const { store } = sealed;
  if (store.tidy === undefined) return;
  const { label } = tenant;
  const ids = [...packs, ...segments].map((id) => id.slice(0, id.indexOf('/')));
  const ended = new Set([...ids, ...sessions.map((each) => each.slice(-32))]);
  const folders = [...ended].flatMap((id) => [`${packsPrefix(label)}${id}/`, `${indexPrefix(label)}${id}/`]);
  for (const folder of [...folders, ...sessions.map((each) => `${sessionsPrefix(label)}${each}/`)])
    await store.tidy(folder, { signal });
}

/** Deletes the packs of the decision, but none that anything names: that is only a second lock on the same door. */
async function deletePacks(keeper: Keeper, decision: EpochDecision): Promise<Swept> {
  const { view, sealed, tenant, signal } = keeper;
  const named = new Set(view.index.packs.map(packIdOf));
  const dead = new Set(decision.packs.filter((id) => !named.has(id)));
  if (dead.size === 0) return NOTHING;
  const prefix = packsPrefix(tenant.label);
  const found: { key: string; size: number }[] = [];
  for await (const { key, size } of listAll(sealed.store, prefix, { signal })) {
    if (dead.has(key.slice(prefix.length) as PackId)) found.push({ key, size });
  }
  let done = 0;
  await inParallel(found, PARALLEL, async ({ key }) => {
    await sealed.store.delete(key, { signal });
    keeper.onStep({ doing: 'deleting', done: ++done, total: found.length });
  });
  return { packs: found.length, bytes: found.reduce((sum, { size }) => sum + size, 0) };
}

function deadSegments({ view, tenant }: Keeper, decision: EpochDecision): string[] {
  const counting = new Set(view.segments.map(({ id }) => id));
  const segments = decision.segments.filter((id) => !counting.has(id));
  return segments.map((id) => segmentName(tenant.label, ...(id.split('/') as [string, string])));
}

/** Markers of snapshots that the history knows to be forgotten. Most of those were taken away by earlier rounds. */
async function oldMarkers({ sealed, tenant, signal }: Keeper, forgotten: readonly string[]): Promise<string[]> {
  const prefix = forgetPrefix(tenant.label);
  const known = new Set(forgotten);
  const markers: string[] = [];
  for await (const { key } of listAll(sealed.store, prefix, { signal }))
    if (known.has(key.slice(prefix.length))) markers.push(key);
  return markers;
}

async function beatsOf({ sealed, tenant, signal }: Keeper, decision: EpochDecision): Promise<string[]> {
  const ended = new Set(decision.sessions);
  const prefix = sessionsPrefix(tenant.label);
  const beats: string[] = [];
  for await (const { key } of listAll(sealed.store, prefix, { signal })) {
    const [epoch, session] = nameParts(key, prefix);
    if (ended.has(`${epoch}/${session}`)) beats.push(key);
  }
  return beats;
}

/** Records of rounds before the one before this, and histories that lost a race: nobody reads them any more. */
async function oldRecords(
  { sealed, tenant, signal }: Keeper,
  epoch: number,
  { history }: EpochDecision,
): Promise<string[]> {
  const old: string[] = [];
  for (const prefix of [epochsPrefix(tenant.label), historiesPrefix(tenant.label)]) {
    for await (const { key } of listAll(sealed.store, prefix, { signal })) {
      const [number, what] = nameParts(key, prefix);
      const isLoser = prefix === historiesPrefix(tenant.label) && what?.startsWith(history) !== true;
      if (Number(number) < epoch - 1 || (Number(number) === epoch && isLoser)) old.push(key);
    }
  }
  return old;
}

async function deleteAll({ sealed, signal }: Keeper, keys: readonly string[]): Promise<void> {
  await inParallel(keys, PARALLEL, async (key) => await sealed.store.delete(key, { signal }));
}
