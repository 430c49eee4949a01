import type { Repository } from '@x/backup-store';
import { readRecords } from '@x/backup-store/records';
import { type Reservation, reservationOf } from '../model.ts';
import { RECORDS } from '../protection/hotel-records.ts';

/** What a snapshot has of a hotel. */
export interface StoredHotel {
  readonly reservations: readonly Reservation[];
  /** Reservations whose room or guest is not in the snapshot. */
  readonly orphans: readonly Reservation[];
  /** Kinds of what was read: `records`, `sqlite`, `postgres`, `files`. */
  readonly kinds: readonly string[];
}

/** Reads a snapshot back, through the handle of its tenant. */
export async function lookIntoSnapshot(repository: Repository, tenant: string, snapshot: string): Promise<StoredHotel> {
  const handle = repository.tenant(tenant);
  const { sources } = await handle.snapshot(snapshot);
  const rowsOf = async (module: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const rows: Record<string, unknown>[] = [];
    for await (const { data } of readRecords(handle, snapshot, { source: RECORDS, module }))
      rows.push(data as Record<string, unknown>);
    return rows;
  };
  const idsOf = async (module: string): Promise<ReadonlySet<unknown>> =>
    new Set((await rowsOf(module)).map((row) => row['id']));
  const rooms = await idsOf('rooms');
  const users = await idsOf('users');
  const reservations = (await rowsOf('reservations')).map((row) => reservationOf(row));
  return {
    reservations,
    orphans: reservations.filter(({ roomId, userId }) => !rooms.has(roomId) || !users.has(userId)),
    kinds: sources.map(({ kind }) => kind),
  };
}
