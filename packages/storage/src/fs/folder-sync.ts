import { errnoOf } from './errors.ts';
import { openFile } from './open-file.ts';

/** Makes the names in a folder outlive a crash. */
export type FolderSync = (path: string) => Promise<void>;

/** File systems that keep names safe in another way, or not at all, refuse to sync a folder with one of these. */
const REFUSED: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/**
 * An fsync of folders in which calls that wait for the same folder share one: a sync that starts after a name was written
 * covers that name, whoever wrote it. Windows can't open a folder for this and journals names itself.
 */
export function folderSync(syncNow: FolderSync = syncFolder): FolderSync {
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Promise<void>>();
  return (path) => {
    const joined = waiting.get(path);
    if (joined !== undefined) return joined;
    const turn = startAfter(running.get(path), () => {
      waiting.delete(path);
      running.set(path, turn);
      return syncNow(path);
    }).finally(() => {
      if (running.get(path) === turn) running.delete(path);
    });
    waiting.set(path, turn);
    return turn;
  };
}

async function startAfter(previous: Promise<void> | undefined, start: () => Promise<void>): Promise<void> {
  // Its failure belongs to those who wait for it. The await also lets `waiting` be set before the turn starts.
  await previous?.catch(() => undefined);
  await start();
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await openFile(path, { flags: 'r' });
  try {
    await folder.sync();
  } catch (error) {
    if (!REFUSED.has(errnoOf(error))) throw error;
  } finally {
    await folder.close();
  }
}
