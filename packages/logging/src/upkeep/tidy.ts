import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIndex, indexPath, loadIndex, saveIndex } from '../search/file-index.ts';
import { isSystemError } from '../errors.ts';
import { compressFile, removeLeftovers } from '../files/close-file.ts';
import { dayOf, listFiles, type LogFile, namesIn, type StreamName } from '../files/log-file.ts';

/** Who may still write where. */
export interface TidyOptions {
  readonly nowMs: number;
  /** Names of files that this process writes to begin so, after their day. */
  readonly host: string;
  /** The file that this process writes to now, by its id. */
  readonly isOpen: (file: LogFile) => boolean;
  readonly onError: (error: unknown) => void;
}

/** Somebody whose disk fails tries again for a while. */
const QUIET_MS = 10 * 60_000;

/** Who wrote a file, and which of theirs it is. */
function writtenBy({ id }: LogFile): { readonly writer: string; readonly number: number } {
  const [, writer = '', number = ''] = /^[\d-]+\.(.+)\.(\d+)\.jsonl$/.exec(id) ?? [];
  return { writer, number: Number(number) };
}

/** Whether a file gets no more lines. */
async function isFinished(
  file: LogFile,
  files: readonly LogFile[],
  { nowMs, host, isOpen }: TidyOptions,
): Promise<boolean> {
  if (file.stream === 'audit') return file !== files.at(-1);
  if (isOpen(file)) return false;
  const { writer, number } = writtenBy(file);
  // Whoever wrote it has begun another one.
  if (files.map(writtenBy).some((other) => other.writer === writer && other.number > number)) return true;
  const { mtimeMs } = await stat(file.path);
  if (nowMs - mtimeMs < QUIET_MS) return false;
  const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(writer)?.[1]);
  return writer.startsWith(`${host}-`) ? !isAlive(pid) : file.day < dayOf(nowMs - QUIET_MS);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return isSystemError(error, 'EPERM');
  }
}

/**
 * Compresses and indexes the files of a stream that get no more lines, also those of processes that have died.
 *
 * @returns How many it has compressed.
 */
export async function tidyStream(directory: string, stream: StreamName, options: TidyOptions): Promise<number> {
  const files = await listFiles(directory, stream);
  if (files.length === 0) return 0;
  await removeLeftovers(join(directory, stream), options.nowMs);
  let compressed = 0;
  for (const file of files) {
    try {
      if (await tidyFile(file, files, options)) compressed += 1;
    } catch (error) {
      // Another process has done the same, or one that can't be read is left as it is: the others are not to wait for it.
      if (!isSystemError(error, 'ENOENT')) options.onError(error);
    }
  }
  await removeStrayIndexes(directory, stream);
  return compressed;
}

async function tidyFile(file: LogFile, files: readonly LogFile[], options: TidyOptions): Promise<boolean> {
  if (file.compressed) {
    if ((await loadIndex(file)) === undefined) await index(file, (await stat(file.path)).size * 10);
    return false;
  }
  if (!(await isFinished(file, files, options))) return false;
  const { size } = await stat(file.path);
  const closed = await compressFile(file);
  if (closed !== undefined) await index(closed, size);
  return closed !== undefined;
}

async function index(file: LogFile, contentBytes: number): Promise<void> {
  await saveIndex(file, await buildIndex(file, contentBytes));
}

/** An index whose file was removed. */
async function removeStrayIndexes(directory: string, stream: StreamName): Promise<void> {
  const known = new Set((await listFiles(directory, stream)).map(indexPath));
  for (const name of await namesIn(join(directory, stream))) {
    const path = join(directory, stream, name);
    if (name.endsWith('.index') && !known.has(path)) await rm(path, { force: true });
  }
}
