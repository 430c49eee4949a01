import { fsStore, type ObjectStore } from '@x/storage';
import type { FlagError } from '../errors.ts';
import { parseFlags } from '../definition/parse-flags.ts';
import { readFlagsFile } from '../file/file-flags.ts';
import { EMPTY_DOCUMENT, type FlagDocument, type FlagsState } from '../history/document.ts';
import { Journal } from '../history/journal.ts';
import { NO_SEAL } from '../history/seal.ts';
import type { ChangeNote } from '../store/editable.ts';
import { prepareFile } from './replace-file.ts';

const BY_HAND: ChangeNote = { by: 'unknown', why: 'Found in the file' };

/** Where a file and its history stand. */
export interface FilePlace {
  readonly path: string;
  /** What the name of the file says; `undefined` when the text has to. */
  readonly format: FlagDocument['format'] | undefined;
  readonly journal: Journal;
  readonly store: ObjectStore;
}

/** @param mode That of the file: who may read it may read its history. */
export function openPlace(
  path: string,
  folder: string,
  { format, mode }: { format: FilePlace['format']; mode: number },
): FilePlace {
  const folderMode = (mode & 0o777) | ((mode & 0o444) >> 2) | 0o700;
  const store = fsStore(folder, { fileMode: (mode & 0o666) | 0o600, folderMode });
  return { path, format, store, journal: new Journal({ store, name: 'flags', seal: NO_SEAL }) };
}

/** What a change begins with. */
export interface FileState extends FlagsState {
  /** As it stands in the file; `undefined` when there is none. */
  readonly text: string | undefined;
  /** Number of the newest version, which says the same; 0 before the first one. */
  readonly version: number;
}

/**
 * Reads file and history, and makes them agree: a version that a program has recorded but not written is written; what
 * somebody has written by hand is recorded. Only for who has the lock.
 *
 * @param isBroken Whether it does not matter what the file says: it is kept in the history as it is, and counts for nothing.
 */
export async function settled(
  place: FilePlace,
  {
    nowMs,
    isBroken,
    signal,
  }: { readonly nowMs: number; readonly isBroken: boolean; readonly signal?: AbortSignal | undefined },
): Promise<FileState> {
  const { journal } = place;
  const { version, revision } = await journal.latest(signal);
  let text = await textOf(place.path);
  if (revision !== undefined && revision.record.document.text !== text && !(await isWritten(place, version))) {
    const before = version > 1 ? (await journal.readable(version - 1, signal))?.record.document.text : undefined;
    // Whoever recorded it was killed before it was written.
    if (text === before) text = await writeText(place, revision.record.document.text);
    await markWritten(place, version);
  }
  const document = documentOf(place, text);
  // Most of the time nobody has touched the file, and what it says is known.
  if (revision !== undefined && revision.record.document.text === text)
    return { document, definitions: revision.definitions, text, version };
  const definitions = await parseFlags(document.text, { format: document.format }).catch(async (error: unknown) => {
    if (!isBroken || text === undefined) throw error;
    await place.store.put(`unreadable/${String(nowMs).padStart(16, '0')}`, new TextEncoder().encode(text));
    return undefined;
  });
  if (definitions === undefined) return { document, definitions: { flags: {} }, text, version };
  const state = { document, definitions };
  if (text === undefined) return { ...state, text, version };
  const recorded = await journal.append(version, { note: BY_HAND, nowMs, ...state }, signal);
  if (recorded !== undefined) await markWritten(place, recorded.version);
  return { ...state, text, version: recorded?.version ?? version };
}

async function writeText({ path }: FilePlace, text: string): Promise<string> {
  await (await prepareFile(path, text)).commit();
  return text;
}

const markOf = (version: number): string => `written/${String(version).padStart(12, '0')}`;

const isWritten = async ({ store }: FilePlace, version: number): Promise<boolean> =>
  (await store.stat(markOf(version))) !== undefined;

/** From now on, another text in the file is somebody's own. */
export async function markWritten({ store }: FilePlace, version: number): Promise<void> {
  await store.createIfAbsent(markOf(version), new TextEncoder().encode(`${version}\n`));
}

/** A file that says nothing yet has no flags; its comments stay. */
function documentOf({ format }: FilePlace, text: string | undefined): FlagDocument {
  const language = format ?? (text === undefined || /^\uFEFF?\s*\{/.test(text) ? 'json' : 'yaml');
  if (text === undefined && language === 'json') return EMPTY_DOCUMENT;
  const isBlank = (text ?? '').split('\n').every((line) => /^\uFEFF?\s*(?:#.*)?$/.test(line));
  if (!isBlank) return { format: language, text: text as string };
  return language === 'json' ? EMPTY_DOCUMENT : { format: language, text: `${text ?? ''}flags: {}\n` };
}

/** `undefined` when there is no file yet. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFlagsFile(path);
  } catch (error) {
    if (((error as FlagError).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw error;
  }
}
