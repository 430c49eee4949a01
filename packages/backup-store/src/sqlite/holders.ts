import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isBackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import { askSqlite } from './ask-sqlite.ts';
import { busy } from './failure.ts';
import { SIDECARS } from './live-place.ts';

const RETRY_MS = 100;

/**
 * Waits until nobody has a database open.
 *
 * SQLite tells of all that hold a lock, wherever they are: in WAL mode everybody who has it open, else who reads or writes just
 * then. Linux tells of all that have the files open, among those processes that this user may look at.
 *
 * @param waitMs After this long it gives up.
 * @throws {BackupError} `DATABASE_BUSY`.
 */
export async function untilFree(
  path: string,
  { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const end = performance.now() + waitMs;
  for (;;) {
    checkAborted(signal);
    const found = await busyness(path, signal);
    if (found === undefined) return;
    if (performance.now() >= end) throw found;
    await setTimeout(RETRY_MS);
  }
}

async function busyness(path: string, signal: AbortSignal | undefined): Promise<Error | undefined> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const holders = await holdersOf([path, ...SIDECARS.map((end) => path + end)]);
  if (holders.length > 0) return busy(path, holders, `got ${holders.join(', ')} that has it open`);
  try {
    await askSqlite('probe', { path, waitMs: 0 }, { path, signal });
  } catch (error) {
    if (isBackupError(error, 'DATABASE_BUSY')) return error;
    // A broken one is what restores are for; then there is nothing to ask SQLite about.
    if (
      !['DATABASE_DAMAGED', 'NOT_A_DATABASE', 'PATH_FAILED'].some((code) => (error as { code?: string }).code === code)
    )
      throw error;
  }
  return undefined;
}

/** Processes that have one of these files open, as `process 4711 (node)`. None where the system does not tell. */
async function holdersOf(paths: readonly string[]): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const files = new Set<string>();
  for (const path of paths) {
    const facts = await stat(path, { bigint: true }).catch(() => undefined);
    if (facts !== undefined) files.add(`${facts.dev}:${facts.ino}`);
  }
  const holders: string[] = [];
  for (const id of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(id) || !(await hasOpen(`/proc/${id}/fd`, files))) continue;
    // The program only: arguments may hold secrets.
    const [program = ''] = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0');
    holders.push(`process ${id} (${basename(program)})`);
  }
  return holders;
}

async function hasOpen(folder: string, files: ReadonlySet<string>): Promise<boolean> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = `${folder}/${name}`;
    // Pipes and sockets are no files, and asking a dead network about one may take for ever.
    if (!(await readlink(path).catch(() => '')).startsWith('/')) continue;
    const facts = await stat(path, { bigint: true }).catch(() => undefined);
    if (facts !== undefined && files.has(`${facts.dev}:${facts.ino}`)) return true;
  }
  return false;
}
