import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperationsError } from '../errors.ts';

/**
 * Puts a text in a file at once: whoever reads it finds the one before or this one, whole. For the textfile collector of node_exporter, which reads
 * `*.prom` in a folder: while it is written, it has another name. It can be read by all.
 *
 * @throws {OperationsError} `METRICS_UNWRITABLE`
 */
export async function writeMetricsFile(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    {
      await using handle = await open(temporary, 'wx', 0o644);
      await handle.chmod(0o644);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new OperationsError('METRICS_UNWRITABLE', `Expected to write ${file}: ${(cause as Error).message}`, {
      cause,
      hint: 'Make its folder, and let this user write there.',
    });
  }
}
