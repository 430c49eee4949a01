import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationsError } from '../errors.ts';
import { type NamedProcess, ownProcess, processNow } from '../slots/process-proof.ts';

const PREFIX = 'holdfast-drill-';
const FOLDER = /^holdfast-drill-[A-Za-z0-9]{6}$/;
const OWNER = 'owner.json';
/** What may belong to a process of another machine or container goes after this, in milliseconds. */
const FOREIGN_MS = 7 * 86_400_000;

/** A folder for what a drill restores, which goes away with everything in it. */
export interface DrillFolder extends AsyncDisposable {
  /** Where files are restored to. Not there yet. */
  readonly restored: string;
  /** Where the engine makes its own. */
  readonly sandbox: string;
  /** Free bytes of its disk, for those who are not root. */
  freeBytes(): Promise<number>;
}

/**
 * Makes a folder, after it has removed what drills left there that were killed.
 *
 * @throws {OperationsError} `DRILL_FOLDER_FAILED`
 */
export async function makeDrillFolder(parent: string, nowMs: number): Promise<DrillFolder> {
  try {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await sweepDrillFolders(parent, nowMs);
    const folder = await mkdtemp(join(parent, PREFIX));
    try {
      await writeFile(join(folder, OWNER), JSON.stringify({ ...ownProcess(), token: randomBytes(8).toString('hex') }));
    } catch (error) {
      // On a full disk nobody would know whose it is, and leave it for a week.
      await removeAll(folder).catch(() => undefined);
      throw error;
    }
    return {
      restored: join(folder, 'restored'),
      sandbox: join(folder, 'sandbox'),
      freeBytes: async () => {
        const { bavail, bsize } = await statfs(folder);
        return bavail * bsize;
      },
      [Symbol.asyncDispose]: async () => await removeAll(folder),
    };
  } catch (cause) {
    throw new OperationsError('DRILL_FOLDER_FAILED', `Expected to make a folder in ${parent}: ${messageOf(cause)}`, {
      cause,
      hint: 'Name a folder that can be written to as the sandbox of drills.',
    });
  }
}

/**
 * Removes folders of drills whose process has ended, as the system proves, and those of unknown processes that are a week old.
 *
 * @returns The paths that are gone.
 */
async function sweepDrillFolders(parent: string, nowMs: number): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!FOLDER.test(name) || !(await isLeftOver(path, nowMs))) continue;
    // Somebody else may sweep it at the same time, or it belongs to another user.
    const isGone = await removeAll(path).then(
      () => true,
      () => false,
    );
    if (isGone) removed.push(path);
  }
  return removed;
}

async function isLeftOver(path: string, nowMs: number): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined || !facts.isDirectory() || facts.uid !== (process.getuid?.() ?? facts.uid)) return false;
  const now = await ownerNow(path);
  return now === 'ended' || (now === 'unknown' && nowMs - facts.mtimeMs > FOREIGN_MS);
}

async function ownerNow(path: string): Promise<ReturnType<typeof processNow>> {
  try {
    const owner = JSON.parse(await readFile(join(path, OWNER), 'utf8')) as Partial<NamedProcess> | null;
    const { host = '', pid, process: named } = owner ?? {};
    return typeof pid === 'number' && typeof named === 'string' ? processNow({ host, pid, process: named }) : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Folders may have been restored with modes that forbid to remove what is in them. */
async function removeAll(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await openUp(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
