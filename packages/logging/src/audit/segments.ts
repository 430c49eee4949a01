import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ChainState, createChain, parseSegmentHeader, type SegmentHeader } from '@x/integrity';
import { isSystemError, LogError } from '../errors.ts';
import { syncFolder } from '../files/close-file.ts';
import { type LogFile, listFiles } from '../files/log-file.ts';
import { readLines } from '../files/read-blocks.ts';

/** What was removed from the beginning of a log, and how to go on after it. */
export interface AuditCut {
  readonly version: 1;
  /** The chain before the first record that is kept. */
  readonly state: ChainState;
}

/** The folder of the audit log. */
export function auditFolder(directory: string): string {
  return join(directory, 'audit');
}

/** The files of the audit log, from its first record on. @throws {LogError} `LOG_UNREADABLE`. */
export async function segmentsOf(directory: string): Promise<readonly LogFile[]> {
  return listFiles(directory, 'audit');
}

/** Reads the first line of a segment; `undefined` where it is no header. @throws {LogError} `LOG_UNREADABLE`. */
export async function headerOf(file: LogFile): Promise<SegmentHeader | undefined> {
  for await (const { bytes, ended } of readLines(file)) {
    try {
      return ended ? parseSegmentHeader(bytes.toString()) : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Reads a small file of JSON; `undefined` where there is none. @throws {LogError} `AUDIT_DAMAGED`, `LOG_UNREADABLE`. */
export async function readSmall<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return undefined;
    throw new LogError('LOG_UNREADABLE', `Expected to read ${path}, got ${(cause as Error).message}`, { cause });
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new LogError('AUDIT_DAMAGED', `Expected JSON in ${path}, got something else`, { cause });
  }
}

/** Writes a small file, whole or not at all, and durably. */
export async function writeSmall(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o640);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

const originPath = (directory: string): string => join(auditFolder(directory), 'chain.json');

/** The name that a chain was given when it began; `undefined` before that. @throws {LogError} `AUDIT_DAMAGED`, `LOG_UNREADABLE`. */
export async function givenOrigin(directory: string): Promise<string | undefined> {
  const known = await readSmall<{ readonly origin?: unknown }>(originPath(directory));
  return typeof known?.origin === 'string' ? known.origin : undefined;
}

/** Names a chain that begins. */
export async function saveOrigin(directory: string, origin: string): Promise<void> {
  await mkdir(auditFolder(directory), { recursive: true });
  await writeSmall(originPath(directory), `${JSON.stringify({ origin })}\n`);
}

/** What was removed from the beginning of the log, if anything. @throws {LogError} `AUDIT_DAMAGED`. */
export async function cutOf(directory: string): Promise<AuditCut | undefined> {
  const path = join(auditFolder(directory), 'cut.json');
  const cut = await readSmall<AuditCut>(path);
  if (cut === undefined) return undefined;
  try {
    createChain(cut.state.origin, cut.state);
    return cut;
  } catch (cause) {
    throw new LogError('AUDIT_DAMAGED', `Expected the state of a chain in ${path}, got something else`, { cause });
  }
}

/** Says what was removed. */
export async function saveCut(directory: string, state: ChainState): Promise<void> {
  const cut: AuditCut = { version: 1, state };
  await writeSmall(join(auditFolder(directory), 'cut.json'), `${JSON.stringify(cut)}\n`);
}

/** Where the state of the chain at the beginning of a segment is kept, so that opening reads one segment only. */
export function statePath(file: Pick<LogFile, 'path' | 'id'>): string {
  return join(dirname(file.path), `${file.id}.state`);
}

/** Keeps that state. */
export async function saveState(file: Pick<LogFile, 'path' | 'id'>, state: ChainState): Promise<void> {
  await writeSmall(statePath(file), `${JSON.stringify(state)}\n`);
}
