import { fsStore, type ObjectStore } from '@x/storage';
import type { FlagError } from '../errors.ts';
import { parseFlags } from '../definition/parse-flags.ts';
import { readFlagsFile } from '../file/file-flags.ts';
import { EMPTY_DOCUMENT, type FlagDocument } from '../history/document.ts';
import { Journal, type Revision } from '../history/journal.ts';
import type { FlagsState } from '../history/plan-change.ts';
import { NO_SEAL } from '../history/seal.ts';
import type { ChangeNote } from '../store/editable.ts';
import { replaceFile } from './replace-file.ts';

const BY_HAND: ChangeNote = { by: 'unknown', why: 'Found in the file' };

/** Where a file and its history stand. */
export interface FilePlace {
  readonly path: string;
  readonly format: FlagDocument['format'];
  readonly journal: Journal;
  readonly store: ObjectStore;
}

/** Mode of what is written beside the file: who may read it may read its history. */
export function openPlace(
  path: string,
  folder: string,
  { format, mode }: { format: FlagDocument['format']; mode: number },
): FilePlace {
  const store = fsStore(folder, { fileMode: mode & 0o666, folderMode: (mode & 0o777) | ((mode & 0o444) >> 2) });
  return { path, format, store, journal: new Journal({ store, name: 'flags', seal: NO_SEAL }) };
}

/** What a change begins with. */
export interface FileState extends FlagsState {
  /** As it stands in the file; `undefined` when there is none. */
  readonly text: string | undefined;
  /** The newest version, which says the same; `undefined` before the first one. */
  readonly newest: Revision | undefined;
}

/**
 * Reads file and history, and makes them agree: a version that a program has recorded but not written is written; what
 * somebody has written by hand is recorded.
 *
 * @returns `undefined` when another program was faster.
 */
export async function settled(place: FilePlace, nowMs: number, signal?: AbortSignal): Promise<FileState | undefined> {
  const { journal, path, format } = place;
  const newest = await journal.newest(signal);
  const text = await textOf(path);
  if (newest !== undefined && newest.record.document.text !== text && !(await isWritten(place, newest.version))) {
    const before =
      newest.version > 1 ? (await journal.read(newest.version - 1, signal)).record.document.text : undefined;
    // Whoever recorded it is about to write it, or was killed.
    if (text === before) await writeNewest(place, newest, signal);
    else await markWritten(place, newest.version);
    return undefined;
  }
  const document: FlagDocument = { format, text: text ?? emptyText(format) };
  const state = { document, definitions: await parseFlags(document.text, { format }) };
  if (text === undefined || newest?.record.document.text === text) return { ...state, text, newest };
  const recorded = await journal.append(newest?.version ?? 0, { note: BY_HAND, nowMs, ...state }, signal);
  if (recorded === undefined) return undefined;
  await markWritten(place, recorded.version);
  return { ...state, text, newest: recorded };
}

/** Writes a version to the file, and whatever was recorded after it: the file ends as the newest one, whoever writes last. */
export async function writeNewest(place: FilePlace, made: Revision, signal?: AbortSignal): Promise<void> {
  let current = made;
  for (;;) {
    await replaceFile(place.path, current.record.document.text);
    const newest = (await place.journal.newest(signal)) ?? current;
    if (newest.version === current.version) break;
    current = newest;
  }
  await markWritten(place, current.version);
}

const markOf = (version: number): string => `written/${String(version).padStart(12, '0')}`;

const isWritten = async ({ store }: FilePlace, version: number): Promise<boolean> =>
  (await store.stat(markOf(version))) !== undefined;

async function markWritten({ store }: FilePlace, version: number): Promise<void> {
  await store.createIfAbsent(markOf(version), new TextEncoder().encode(`${version}\n`));
}

const emptyText = (format: FlagDocument['format']): string => (format === 'json' ? EMPTY_DOCUMENT.text : 'flags: {}\n');

/** `undefined` when there is no file yet. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFlagsFile(path);
  } catch (error) {
    if (((error as FlagError).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw error;
  }
}
