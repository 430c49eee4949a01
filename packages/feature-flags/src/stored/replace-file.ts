import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FlagError } from '../errors.ts';

/** A text that is written beside a file, and only has to be put in its place. */
export interface PreparedFile {
  /** Whoever reads finds the old file or the new one, whole. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes a text beside a file: what can go wrong goes wrong now, and not when it takes the place of the file. Links, permissions and, where that is
 * allowed, the owner stay.
 *
 * @throws {FlagError} `UNREADABLE_FLAGS`.
 */
export async function prepareFile(path: string, text: string): Promise<PreparedFile> {
  const target = await placeOf(path);
  const there = await stat(target).catch(() => undefined);
  const written = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await using handle = await open(written, 'wx', 0o644);
    await handle.writeFile(text);
    if (there !== undefined) await keepRights(handle, there);
    await handle.sync();
  } catch (cause) {
    await rm(written, { force: true });
    throw notWritten(path, cause);
  }
  return {
    async commit() {
      await rename(written, target).catch(async (cause: unknown) => {
        await rm(written, { force: true });
        throw notWritten(path, cause);
      });
    },
    discard: () => rm(written, { force: true }),
  };
}

/** Removes what programs have left that were killed. Only for who has the lock of the file. */
export async function sweepPrepared(path: string): Promise<void> {
  const target = await placeOf(path);
  const names = await readdir(dirname(target)).catch(() => []);
  const prefix = `.${basename(target)}.`;
  for (const name of names) {
    if (name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length)))
      await rm(join(dirname(target), name), { force: true });
  }
}

/** Where a link leads, also when there is nothing yet. */
async function placeOf(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : resolve(dirname(path), link);
  });
}

async function keepRights(handle: FileHandle, { mode, uid, gid }: Awaited<ReturnType<typeof stat>>): Promise<void> {
  const own = await handle.stat();
  // Nobody may give files away but root; then the file is that of whoever has changed it, as with most editors.
  if (own.uid !== uid || own.gid !== gid) await handle.chown(Number(uid), Number(gid)).catch(() => undefined);
  await handle.chmod(Number(mode) & 0o7777);
}

function notWritten(path: string, cause: unknown): FlagError {
  const { code = 'an error' } = cause as NodeJS.ErrnoException;
  return new FlagError('UNREADABLE_FLAGS', `Expected to write ${path}, got ${code}`, {
    cause,
    hint: 'Check that you may write to its folder, and that there is room.',
  });
}
