import { open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import { askSqlite, type SqliteFacts } from './ask-sqlite.ts';
import { damaged } from './failure.ts';
import { type LivePlace, pathError } from './live-place.ts';
import type { RestoreSqliteOptions } from './restore-options.ts';

const NEW_MODE = 0o600;

/**
 * Writes the new database beside the old one, with its permissions and owner, and checks it.
 *
 * @throws {BackupError} `NOT_A_DATABASE`, `DATABASE_DAMAGED`, `PATH_FAILED`, `ABORTED`; what the stream throws.
 */
export async function writeFresh(
  { fresh, target }: LivePlace,
  { read, integrity = 'full', mode = NEW_MODE, signal }: RestoreSqliteOptions,
): Promise<{ readonly bytes: number; readonly facts: SqliteFacts }> {
  await rm(fresh, { force: true });
  const file = await open(fresh, 'wx', NEW_MODE).catch((error: unknown) => {
    throw pathError(fresh, error);
  });
  let bytes = 0;
  try {
    for await (const piece of read) {
      checkAborted(signal);
      await writeAll(file, piece, fresh);
      bytes += piece.length;
    }
    await own(file, target, mode);
    await file.sync();
  } finally {
    await file.close();
  }
  const { problems, ...facts } = await askSqlite(
    'check',
    { path: fresh, check: integrity },
    { path: 'what is restored', signal },
  );
  if (problems.length > 0) throw damaged('what is restored', problems);
  return { bytes, facts };
}

async function writeAll(file: FileHandle, piece: Uint8Array, path: string): Promise<void> {
  try {
    for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
  } catch (error) {
    throw pathError(path, error);
  }
}

/** The service has to be able to open it: that is clear before anything is touched. */
async function own(file: FileHandle, target: string, mode: number): Promise<void> {
  const old = await stat(target).catch(() => undefined);
  if (old !== undefined) {
    const { uid, gid } = await file.stat();
    if (uid !== old.uid || gid !== old.gid) {
      await file.chown(old.uid, old.gid).catch((cause: unknown) => {
        throw new BackupError('PATH_FAILED', `Expected to give a database to the owner of ${target}, got a refusal`, {
          cause,
          hint: 'Run this as that user, or as root.',
        });
      });
    }
  }
  await file.chmod((old?.mode ?? mode) & 0o7777);
}
