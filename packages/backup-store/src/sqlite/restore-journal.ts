import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackupError } from '../errors.ts';
import type { LivePlace } from './live-place.ts';

/**
 * How far a restore is, which is what the next one goes by:
 *
 * - `stopping`: the service may be stopped; nothing was replaced.
 * - `replacing`: what is there may be old, new or between. The old one is put back.
 * - `validated`: the new one is there and sound. The service is started with it.
 * - `putting-back`: the new one has failed. The old one is put back.
 * - `put-back`: the old one is there. The service is started with it.
 * - `done`: the service has started with the new one. The old one goes.
 */
export type RestorePhase = 'stopping' | 'replacing' | 'validated' | 'putting-back' | 'put-back' | 'done';

const PHASES: readonly RestorePhase[] = ['stopping', 'replacing', 'validated', 'putting-back', 'put-back', 'done'];

/** What has to be known of a restore after a crash. */
export interface RestoreJournal {
  readonly phase: RestorePhase;
  /** Whether there was a database. */
  readonly hadOld: boolean;
  /** What was beside it. */
  readonly sidecars: readonly string[];
}

/** @throws {BackupError} `OBJECT_INVALID` when it is none. */
export function readJournal({ journal, folder }: LivePlace): RestoreJournal | undefined {
  if (!existsSync(journal)) return undefined;
  try {
    const found = JSON.parse(readFileSync(journal, 'utf8')) as RestoreJournal;
    if (PHASES.includes(found.phase) && typeof found.hadOld === 'boolean' && Array.isArray(found.sidecars))
      return found;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BackupError('OBJECT_INVALID', `Expected the journal of a restore in ${journal}, got something else`, {
    hint: `Look into ${folder}: what is called before-restore there is the database that was replaced.`,
  });
}

/** Replaces the journal in one step that outlives a crash of the machine. */
export function writeJournal({ journal, folder }: LivePlace, content: RestoreJournal): void {
  const temporary = `${journal}.new`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(content)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, journal);
  syncFolder(folder);
  syncFolder(dirname(folder));
}

/** Makes changes of names last. Some systems have no such call for folders. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
