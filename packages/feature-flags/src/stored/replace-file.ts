import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FlagError } from '../errors.ts';

/**
 * Puts a text in place of a file: whoever reads finds the old one or the new one, whole. Links and permissions stay.
 *
 * @throws {FlagError} `UNREADABLE_FLAGS`.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (found) => found.mode & 0o7777,
    () => 0o644,
  );
  const written = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    {
      await using handle = await open(written, 'wx', mode);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(written, target);
  } catch (cause) {
    await rm(written, { force: true });
    const { code = 'an error' } = cause as NodeJS.ErrnoException;
    throw new FlagError('UNREADABLE_FLAGS', `Expected to write ${path}, got ${code}`, {
      cause,
      hint: 'Check that you may write to its folder, and that there is room.',
    });
  }
}
