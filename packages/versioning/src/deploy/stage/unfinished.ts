import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { syncFolder } from '../../files/replace-file.ts';
import { isRunning, startOf } from '../../release/owner.ts';
import type { DeployLayout } from '../layout/model.ts';
import { buildingFolder, folderName, releaseFolder, versionOf } from '../layout/release-name.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';
import { readCurrent } from '../switch/read-current.ts';
import { removeStaged } from './staged-record.ts';

/** A command whose deploy was killed before it was noted may still write there for a while. The delay is in milliseconds, and grows. */
export const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

const ENDING = '.installing';

const folderOf = (layout: DeployLayout): string => join(layout.state, 'releases');

/** While it is there, what lies under the name of the release is not finished. */
const markOf = (layout: DeployLayout, version: string): string =>
  join(folderOf(layout), `${folderName(version)}${ENDING}`);

/** The leader of the group of processes that installs. */
interface Installer {
  readonly pid: number;
  readonly startedAt: string;
}

/** Writes down that a release is being installed, before it appears under its name. @throws {VersioningError} `WRITE_FAILED`. */
export async function beginInstall(layout: DeployLayout, version: string): Promise<void> {
  await writeWhole(markOf(layout, version), '{}\n', { mode: 0o600 });
}

/** Writes down which process installs it: it goes on when ours is killed. */
export async function noteInstaller(layout: DeployLayout, version: string, pid: number): Promise<void> {
  const installer: Installer = { pid, startedAt: startOf(pid) ?? '' };
  await writeWhole(markOf(layout, version), `${JSON.stringify(installer)}\n`, { mode: 0o600, durable: false });
}

/** From here on the release is finished, also when the power fails. @throws {VersioningError} `WRITE_FAILED`. */
export async function endInstall(layout: DeployLayout, version: string): Promise<void> {
  const path = markOf(layout, version);
  await writing(path, rm(path, { force: true }));
  await writing(path, syncFolder(folderOf(layout)));
}

/** Whether a release is there whose installation did not end. */
export async function isInstalling(layout: DeployLayout, version: string): Promise<boolean> {
  return (await readWhole(markOf(layout, version))) !== undefined;
}

/** The releases whose installation did not end. */
export async function installing(layout: DeployLayout): Promise<readonly string[]> {
  const names = await readdir(folderOf(layout)).catch((): readonly string[] => []);
  const marks = names.filter((each) => each.endsWith(ENDING));
  return marks.flatMap((each) => versionOf(each.slice(0, -ENDING.length)) ?? []);
}

/** Takes away a release that is not finished, wherever it is. What is written down of its installation goes last. */
export async function discard(layout: DeployLayout, version: string): Promise<void> {
  const [folder, building] = [releaseFolder(layout, version), buildingFolder(layout, version)];
  const mark = await readWhole(markOf(layout, version));
  if (mark !== undefined) endInstaller(mark);
  await writing(building, rm(building, REMOVAL));
  if (mark === undefined) return;
  const current = await readCurrent(layout);
  // Nobody can have switched to it; and if somebody has, it stays.
  if (!(current.kind === 'release' && current.version === version)) {
    await writing(folder, hide(folder, building));
    await writing(building, rm(building, REMOVAL));
    await removeStaged(layout, version, { keepsLog: true });
  }
  await endInstall(layout, version);
}

async function hide(folder: string, building: string): Promise<void> {
  await rename(folder, building).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

/** Ends what a process that was killed has left running, when it is that for certain. */
function endInstaller(mark: string): void {
  try {
    const { pid, startedAt } = Object(JSON.parse(mark)) as Partial<Installer>;
    if (typeof pid !== 'number' || typeof startedAt !== 'string' || startedAt === '') return;
    if (isRunning({ by: '', host: hostname(), pid, startedAt }) === true) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended, or the mark was not wholly written.
  }
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'something that can be removed', { path, cause });
  }
}
