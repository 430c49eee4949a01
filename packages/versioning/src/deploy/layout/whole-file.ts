import { chmod, chown, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import { syncFolder } from '../../files/replace-file.ts';

/** Who may read a file. */
export interface WholeFileOptions {
  readonly mode: number;
  /** Its group, as far as it may be set. */
  readonly group?: number | undefined;
  /** `false` where an older content would do after a power failure. Default: it is forced to disk. */
  readonly durable?: boolean | undefined;
  /** The mode of folders that are made for it. Default: `0o700`. */
  readonly folderMode?: number | undefined;
  /** What its name ends with while it is written, of those that several processes may write at the same time. Default: `part`. */
  readonly part?: string | undefined;
}

/**
 * Writes a file, whole or not at all, also when the power fails where it is durable, in the place of an older one. Unless `part` says otherwise, its name while it is written
 * is always the same, so that the next one takes away what a process that was killed has left; of two at the same time one fails.
 *
 * @throws {VersioningError} `WRITE_FAILED`.
 */
export async function writeWhole(target: string, text: string, options: WholeFileOptions): Promise<void> {
  const { mode, group, durable = true, folderMode = 0o700 } = options;
  const folder = dirname(target);
  const part = `${target}.${options.part ?? 'part'}`;
  try {
    await mkdir(folder, { recursive: true, mode: folderMode });
    await rm(part, { force: true });
    // Nobody else may read it even for a moment, whatever the umask is.
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    if (group !== undefined) await giveTo(part, group);
    await chmod(part, mode);
    await rename(part, target);
    if (durable) await syncFolder(folder);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw fileFailure('WRITE_FAILED', 'a file that can be written', { path: target, cause });
  }
}

/** Only root may give a file to a group that it is not in. */
async function giveTo(path: string, group: number): Promise<void> {
  await chown(path, process.getuid?.() ?? -1, group).catch((error: unknown) => {
    if (codeOf(error) !== 'EPERM') throw error;
  });
}

/** The text of a file; `undefined` where there is none. @throws {VersioningError} `READ_FAILED`. */
export async function readWhole(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw fileFailure('READ_FAILED', 'a file that can be read', { path, cause });
  }
}
