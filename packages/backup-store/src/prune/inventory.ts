import { listAll } from '@x/storage';

import { indexPrefix, isCommitId, isObjectId, nameParts, packsPrefix, sessionsPrefix } from '../layout/names.ts';
import type { PackId, SegmentId } from '../session/epoch-records.ts';
import type { EpochPlace } from '../session/epochs.ts';

/** A session of which signs of life are stored. */
export interface SeenSession {
  readonly session: string;
  readonly epoch: number;
  /** When it last showed that it lives, in milliseconds since 1970, by the store's clock. */
  readonly lastMs: number;
  /** Keys of its signs of life. */
  readonly beats: readonly string[];
}

/** What is stored, whether it counts or not. */
export interface Inventory {
  /** Stored bytes of each pack. */
  readonly packs: ReadonlyMap<PackId, number>;
  readonly segments: readonly SegmentId[];
  readonly sessions: readonly SeenSession[];
}

/**
 * Lists what is stored. Sessions come last: each shows itself before it stores anything else, so a pack of this
 * inventory whose session is not in it belongs to no session that goes on.
 */
export async function takeInventory(place: EpochPlace): Promise<Inventory> {
  const { sealed, tenant, signal } = place;
  const packs = new Map<PackId, number>();
  for await (const { key, size } of listAll(sealed.store, packsPrefix(tenant.label), { signal })) {
    const id = idIn(key, packsPrefix(tenant.label));
    if (isObjectId(id)) packs.set(id, size);
  }
  const segments: SegmentId[] = [];
  for await (const { key } of listAll(sealed.store, indexPrefix(tenant.label), { signal })) {
    const id = idIn(key, indexPrefix(tenant.label));
    if (isObjectId(id)) segments.push(id);
  }
  return { packs, segments, sessions: await listSessions(place) };
}

const idIn = (key: string, prefix: string): PackId => key.slice(prefix.length) as PackId;

/** All sessions of which signs of life are stored. */
export async function listSessions({ sealed, tenant, signal }: EpochPlace): Promise<SeenSession[]> {
  const prefix = sessionsPrefix(tenant.label);
  const sessions = new Map<string, { session: string; epoch: number; lastMs: number; beats: string[] }>();
  for await (const { key, modifiedMs } of listAll(sealed.store, prefix, { signal })) {
    const [epoch, session] = nameParts(key, prefix);
    if (session === undefined || !isCommitId(`${epoch}/${session}`)) continue;
    const known = sessions.get(session) ?? { session, epoch: Number(epoch), lastMs: 0, beats: [] };
    sessions.set(session, known);
    known.lastMs = Math.max(known.lastMs, modifiedMs);
    known.beats.push(key);
  }
  return [...sessions.values()];
}
