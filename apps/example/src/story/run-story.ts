import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openStructure } from '@x/backup-store/structure';
import { type DatabaseKind, Hotels } from '../hotels.ts';
import { openProtection } from '../protection/open-protection.ts';
import { backUpAll } from './back-up-all.ts';
import { eraseAndProve, freeSpace } from './erase-station.ts';
import { harmAndMergeBack } from './harm-and-merge-back.ts';
import { openHotels, storeFirstStructure, type StorySize } from './open-hotels.ts';
import { breakAndRestoreStructure } from './restore-structure.ts';
import type { Story } from './story.ts';
import { Telling } from './telling.ts';

/** What {@link runStory} works with. */
export interface RunStoryOptions {
  /** An empty folder: hotels, backups and keys are put below it. */
  readonly folder: string;
  /** `postgres://…`: where two of the hotels get a schema each. Default: all are on SQLite. */
  readonly postgres?: string | undefined;
  /** Folder of `pg_dump`, if not on PATH. */
  readonly programs?: string | undefined;
  readonly size: StorySize;
  /** Milliseconds between two bookings at a hotel. */
  readonly pauseMs: number;
  /** Backups of each hotel. */
  readonly rounds: number;
  /** Keeps schemas at the server; the folder is kept in any case. */
  readonly keep?: boolean | undefined;
  readonly write: (line: string) => void;
}

/** What the story came to. */
export interface StoryTold {
  /** Claims that were checked, all of which held. */
  readonly claims: number;
}

/** Tells the story from its beginning to its end. @throws {ClaimFailed} where something is not as it is told. */
export async function runStory({
  folder,
  postgres,
  programs,
  size,
  pauseMs,
  rounds,
  keep,
  write,
}: RunStoryOptions): Promise<StoryTold> {
  const tell = new Telling(write);
  const other: DatabaseKind = postgres === undefined ? 'sqlite' : 'postgres';
  const schemaPrefix = `story_${randomBytes(4).toString('hex')}_`;
  const protection = {
    store: join(folder, 'backups'),
    keyStore: join(folder, 'keys'),
    keyFile: join(folder, 'key'),
    cacheDirectory: join(folder, 'cache'),
  };
  await using hotels = new Hotels({ folder: join(folder, 'hotels'), postgres, schemaPrefix });
  await using repository = (await openProtection(protection)).repository;
  const structure = openStructure(repository);
  const structureRoot = join(folder, 'structure');
  const told: Story['told'] = new Map();
  const story: Story = {
    tell,
    folder,
    repository,
    protection,
    programs,
    hotels,
    told,
    pauseMs,
    structure,
    structureRoot,
  };
  try {
    await openHotels(story, { seaside: 'sqlite', mountain: other, station: other }, size);
    await storeFirstStructure(story);
    const snapshots = await backUpAll(story, rounds);
    for (const id of ['seaside', 'mountain']) await harmAndMergeBack(story, id, String(snapshots.get(id)));
    await eraseAndProve(story, 'station', String(snapshots.get('station')));
    await freeSpace(story);
    await breakAndRestoreStructure(story);
    return { claims: tell.claims };
  } finally {
    for (const { guests } of told.values()) await guests.leave().catch(() => undefined);
    if (keep !== true) for (const { hotel } of told.values()) await hotel.drop();
  }
}
