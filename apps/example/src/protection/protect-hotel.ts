import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { BackupResult, BackupSource, Repository, SnapshotKind } from '@x/backup-store';
import { postgresSource } from '@x/backup-store/postgres';
import { recordsSource } from '@x/backup-store/records';
import { sqliteSource } from '@x/backup-store/sqlite';
import type { HotelPlaces } from '../hotels.ts';
import { RECORDS, withRecords } from './hotel-records.ts';

/** How a hotel is backed up. */
export interface ProtectHotelOptions {
  /** Default `incremental`. */
  readonly kind?: SnapshotKind | undefined;
  readonly name?: string | undefined;
  /** Default `manual`. */
  readonly trigger?: 'manual' | 'scheduled' | undefined;
  /** Folder of `pg_dump`. Default: as PATH has it; where there is none, records are all that is kept of a hotel on PostgreSQL. */
  readonly programs?: string | undefined;
}

/**
 * One snapshot of a hotel, in its own tenant, while guests book: rows as records, which can be merged; the database as a whole, for
 * the day when all of it is lost; and its assets. A snapshot that lacks something is none.
 */
export async function protectHotel(
  repository: Repository,
  places: HotelPlaces,
  { kind, name, trigger, programs }: ProtectHotelOptions = {},
): Promise<BackupResult> {
  return await withRecords(places, async ({ source }) => {
    const sources = [recordsSource({ name: RECORDS, ...source }), ...dumpsOf(places, programs)];
    return await repository
      .tenant(places.id)
      .backup({ sources, paths: [places.assets], kind, name, trigger, atomic: true });
  });
}

function dumpsOf({ kind, database, schema }: HotelPlaces, programs: string | undefined): readonly BackupSource[] {
  if (kind === 'sqlite') return [sqliteSource({ path: database })];
  if (programs === undefined && !hasPgDump()) return [];
  return [postgresSource({ url: database, schemas: [schema], binDirectory: programs })];
}

const hasPgDump = (): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'pg_dump')));
