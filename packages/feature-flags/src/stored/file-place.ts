import { fsStore, type ObjectStore } from '@x/storage';
import type { FlagError } from '../errors.ts';
import { readFlagsFile } from '../file/file-flags.ts';
import { EMPTY_DOCUMENT, type FlagDocument } from '../history/document.ts';
import { Journal } from '../history/journal.ts';
import { NO_SEAL } from '../history/seal.ts';

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
  { format, mode }: { readonly format: FilePlace['format']; readonly mode: number },
): FilePlace {
  const folderMode = (mode & 0o777) | ((mode & 0o444) >> 2) | 0o700;
  const store = fsStore(folder, { fileMode: (mode & 0o666) | 0o600, folderMode });
  return { path, format, store, journal: new Journal({ store, name: 'flags', seal: NO_SEAL }) };
}

const markOf = (version: number): string => `written/${String(version).padStart(12, '0')}`;

/** Whether a version has once been in the file. */
export async function isWritten({ store }: FilePlace, version: number): Promise<boolean> {
  return (await store.stat(markOf(version))) !== undefined;
}

/** From now on, another text in the file is somebody's own. */
export async function markWritten({ store }: FilePlace, version: number): Promise<void> {
  await store.createIfAbsent(markOf(version), new TextEncoder().encode(`${version}\n`));
}

/** `undefined` when there is no file yet. */
export async function textOf({ path }: FilePlace): Promise<string | undefined> {
  try {
    return await readFlagsFile(path);
  } catch (error) {
    if (((error as FlagError).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file that says nothing yet has no flags; its comments stay. */
export function documentOf({ format }: FilePlace, text: string | undefined): FlagDocument {
  const language = format ?? (text === undefined || /^\uFEFF?\s*\{/.test(text) ? 'json' : 'yaml');
  const isBlank = (text ?? '').split('\n').every((line) => /^\uFEFF?\s*(?:#.*)?$/.test(line));
  if (!isBlank) return { format: language, text: text as string };
  return language === 'json' ? EMPTY_DOCUMENT : { format: language, text: `${text ?? ''}flags: {}\n` };
}
