import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { BackupError } from '../../errors.ts';
import { checkAborted } from '../../run/abort.ts';
import type { SourceDetail } from '../../source/contract.ts';

/** Bytes of a document that is read as a whole. */
const MAX_BYTES = 256 * 1024 * 1024;

/** How records stand in a file or folder. */
export type JsonForm = 'array' | 'object' | 'lines' | 'folder';

/** A document of records. */
export interface JsonDocument {
  /**
   * A file with a JSON array of records, or an object whose members are records; a file of JSON Lines (`.jsonl`, `.ndjson`); or a
   * folder of `<id>.json`.
   */
  readonly path: string;
  /** Name of the module. Default: the file's without its ending, in small letters. */
  readonly module?: string | undefined;
  /** Member that has the id. Needed for arrays and lines; default else: the member's name in the object, the file's in the folder. */
  readonly idField?: string | undefined;
  /** Member that says when a record was last changed: milliseconds since 1970, or text as ISO 8601 has it. */
  readonly updatedAtField?: string | undefined;
}

/** What stands in a document, and under which name if it has one. */
export interface Item {
  readonly key: string | undefined;
  readonly data: SourceDetail;
}

/** Default name of a module. */
export function documentName({ path, module }: JsonDocument): string {
  return module ?? basename(path, extname(path)).toLowerCase();
}

/** The form that a document has, found by its name and its first character. @throws {BackupError} `PATH_FAILED`. */
export async function formOf(path: string): Promise<JsonForm> {
  try {
    if ((await stat(path)).isDirectory()) return 'folder';
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected JSON documents at ${path}, got nothing that can be read`, { cause });
  }
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return 'lines';
  return Array.isArray(await wholeOf(path)) ? 'array' : 'object';
}

/** All that stands in a document, in its order. @throws {BackupError} `PATH_FAILED` for what is no JSON of this form. */
export async function* itemsOf(
  path: string,
  form: JsonForm,
  signal: AbortSignal,
): AsyncGenerator<Item, void, undefined> {
  if (form === 'lines') yield* lineItems(path, signal);
  else if (form === 'folder') yield* folderItems(path, signal);
  else {
    const whole = await wholeOf(path);
    if (Array.isArray(whole)) for (const data of whole) yield { key: undefined, data: data as SourceDetail };
    else for (const [key, data] of Object.entries(whole)) yield { key, data: data as SourceDetail };
  }
}

async function wholeOf(path: string): Promise<object> {
  const { size } = await stat(path);
  if (size > MAX_BYTES)
    throw new BackupError('PATH_FAILED', `Expected at most ${MAX_BYTES} bytes of JSON in ${path}, got ${size}`, {
      hint: 'Keep so many records as JSON Lines: they are read one by one.',
    });
  const value = parsed(path, await readFile(path, 'utf8'));
  if (typeof value === 'object' && value !== null) return value;
  throw new BackupError('PATH_FAILED', `Expected an array or object of records in ${path}, got ${typeof value}`);
}

async function* lineItems(path: string, signal: AbortSignal): AsyncGenerator<Item, void, undefined> {
  const input = createReadStream(path, { encoding: 'utf8', signal });
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number++;
    if (line.trim() !== '') yield { key: undefined, data: parsed(`line ${number} of ${path}`, line) };
  }
  checkAborted(signal);
}

async function* folderItems(path: string, signal: AbortSignal): AsyncGenerator<Item, void, undefined> {
  for (const file of (await readdir(path)).filter((name) => name.endsWith('.json')).toSorted()) {
    checkAborted(signal);
    const whole = join(path, file);
    yield { key: file.slice(0, -'.json'.length), data: parsed(whole, await readFile(whole, 'utf8')) };
  }
}

function parsed(where: string, text: string): SourceDetail {
  try {
    return JSON.parse(text) as SourceDetail;
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected JSON in ${where}, got something else`, { cause });
  }
}
