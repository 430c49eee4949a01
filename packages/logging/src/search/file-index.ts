import { scalarText } from '../record/scalar-text.ts';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, dirname } from 'node:path';
import type { LogFile } from '../files/log-file.ts';
import { fileRecords } from './file-records.ts';
import { WordFilter } from './word-filter.ts';
import { wordsOf } from './words.ts';

/** What is known of a closed file, so that a search need not read it. */
export interface FileIndex {
  readonly version: 1;
  /** Of the file as it is stored: of which this is the index. */
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly sha256: string;
  /** Times of its records, in milliseconds since 1970; `null` where there is none. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly records: number;
  readonly unparsable: number;
  /** As they stand in the records. */
  readonly levels: readonly string[];
  /** `null`: too many to list. */
  readonly names: readonly string[] | null;
  readonly tenants: readonly string[] | null;
}

/** An index with its filter of words. */
export interface LoadedIndex extends FileIndex {
  readonly words: WordFilter;
}

const MOST_NAMES = 500;
const SUFFIX = '.index';

/** Where the index of a file is. */
export function indexPath({ path, id }: Pick<LogFile, 'path' | 'id'>): string {
  return join(dirname(path), `${id}${SUFFIX}`);
}

/** The SHA-256 of a file as it is stored. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Adds to a set until it is too large to say anything. */
function noted(set: Set<string> | null, values: readonly unknown[]): Set<string> | null {
  for (const value of values) set?.add(String(value));
  return set === null || set.size > MOST_NAMES ? null : set;
}

/** Reads a whole file, and says what is in it. @throws {LogError} `LOG_UNREADABLE`. */
export async function buildIndex(file: LogFile, contentBytes: number): Promise<LoadedIndex> {
  const words = WordFilter.forBytes(contentBytes);
  const levels = new Set<string>();
  let [names, tenants]: [Set<string> | null, Set<string> | null] = [new Set(), new Set()];
  let [fromMs, toMs, records, unparsable] = [Infinity, -Infinity, 0, 0];
  const { size, mtimeMs } = await stat(file.path);
  for await (const { view, unparsable: isText } of fileRecords(file)) {
    records += 1;
    if (isText) unparsable += 1;
    [fromMs, toMs] = [Math.min(fromMs, view.atMs), Math.max(toMs, view.atMs)];
    const { level } = view.fields;
    // Words of other kinds of levels would be as many as records.
    if (level !== undefined) levels.add(levels.size < MOST_NAMES ? scalarText(level) : '*');
    names = noted(names, view.values('name'));
    tenants = noted(tenants, view.values('tenant'));
    for (const text of view.texts) for (const word of wordsOf(text)) words.add(word);
  }
  return {
    version: 1,
    bytes: size,
    mtimeMs,
    sha256: await digestOf(file.path),
    fromMs: records === 0 ? null : fromMs,
    toMs: records === 0 ? null : toMs,
    records,
    unparsable,
    levels: [...levels],
    names: names === null ? null : [...names],
    tenants: tenants === null ? null : [...tenants],
    words,
  };
}

/** Writes an index beside its file, whole or not at all. */
export async function saveIndex(file: LogFile, { words, ...index }: LoadedIndex): Promise<void> {
  const path = indexPath(file);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), words.bits]));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The index of a file; `undefined` where there is none, or where it is not one of the file as it is now. Size and time of the file are compared; where only
 * the time is another, as of a copy, its digest decides.
 */
export async function loadIndex(file: LogFile): Promise<LoadedIndex | undefined> {
  try {
    const [content, { size, mtimeMs }] = await Promise.all([readFile(indexPath(file)), stat(file.path)]);
    const end = content.indexOf(0x0a);
    const index = JSON.parse(content.toString('utf8', 0, end)) as FileIndex;
    const bits = content.subarray(end + 1);
    if (index.version !== 1 || index.bytes !== size || bits.length < 128 || !Number.isInteger(Math.log2(bits.length))) {
      return undefined;
    }
    if (index.mtimeMs !== mtimeMs && index.sha256 !== (await digestOf(file.path))) return undefined;
    return { ...index, words: new WordFilter(bits) };
  } catch {
    // It is a cache: what can't be read is as good as none.
    return undefined;
  }
}
