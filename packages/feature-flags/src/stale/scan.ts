import { open } from 'node:fs/promises';
import { GENERATED } from '../types/generate-types.ts';
import { type FlagKeys, flagKeys, referencesIn } from './find-references.ts';
import type { FlagReference } from './reference.ts';
import { sourceFiles, unreadable } from './source-files.ts';

/** How far a scan has come. */
export interface ScanProgress {
  /** Files that were read. */
  readonly files: number;
  /** Bytes in them. */
  readonly bytes: number;
  /** Files that were not: above 2 MiB, binary, or the generated type of the flags. */
  readonly skipped: number;
}

/** Options of {@link scanForFlags}. */
export interface ScanOptions {
  /** Folders, or single files. */
  readonly folders: readonly string[];
  /** The names of all flags. */
  readonly keys: Iterable<string>;
  /** Patterns of files that are read: `*.ts`, `src/**`. Default: the usual endings of source text. */
  readonly include?: readonly string[] | undefined;
  /** Patterns of files and folders that are left out, beside `node_modules`, `.git`, `dist`, `build`, `vendor` and others that tools make. */
  readonly exclude?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each file. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

const MOST_BYTES = 2 * 1024 * 1024;
/** So many files are read at a time. */
const AT_ONCE = 16;

/**
 * Finds names of flags in source text, whatever the language: texts in quotes, and what calls such as `isEnabled('new_ui')` or OpenFeature's
 * `getBooleanValue('new_ui', …)` ask for, also if no flag is called so. Each file is gone through once for all names. `flags.boolean`, `evaluate` and other methods
 * with common names count as calls if what they are called on has flag, feature or toggle in its name.
 *
 * Names that code puts together (`'new_' + page`) can't be found. Files above 2 MiB, binary ones, links and generated types of flags are skipped.
 *
 * @throws {FlagError} `UNREADABLE_SOURCES`.
 * @example
 * ```ts
 * import { parseFlags } from '@x/feature-flags';
 * import { scanForFlags } from '@x/feature-flags/stale';
 *
 * const { flags } = await parseFlags('flags: { new_ui: {} }');
 * for await (const { key, file, line } of scanForFlags({ folders: ['src'], keys: Object.keys(flags) }))
 *   console.log(`${file}:${line} ${key}`);
 * ```
 */
export async function* scanForFlags(options: ScanOptions): AsyncGenerator<FlagReference, void, undefined> {
  const { signal, onProgress } = options;
  const keys = flagKeys(options.keys);
  const progress = { files: 0, bytes: 0, skipped: 0 };
  const reading: Promise<Scanned>[] = [];
  const next = async function* (atMost: number): AsyncIterable<FlagReference> {
    while (reading.length > atMost) {
      const { references, bytes } = await (reading.shift() as Promise<Scanned>);
      if (bytes === undefined) progress.skipped++;
      else progress.files++;
      progress.bytes += bytes ?? 0;
      onProgress?.({ ...progress });
      yield* references;
      signal?.throwIfAborted();
    }
  };
  signal?.throwIfAborted();
  try {
    for await (const file of sourceFiles(options)) {
      const one = scanned(file, keys);
      // It may fail before its turn; then it is told.
      one.catch(() => undefined);
      reading.push(one);
      yield* next(AT_ONCE);
    }
    yield* next(0);
  } finally {
    // What is still being read when somebody stops is of no interest, nor is its failure.
    await Promise.allSettled(reading);
  }
}

/** A file that was gone through; without `bytes` if it was skipped. */
interface Scanned {
  readonly references: readonly FlagReference[];
  readonly bytes: number | undefined;
}

const SKIPPED: Scanned = { references: [], bytes: undefined };

async function scanned(path: string, keys: FlagKeys): Promise<Scanned> {
  try {
    await using file = await open(path, 'r');
    if ((await file.stat()).size > MOST_BYTES) return SKIPPED;
    const content = await file.readFile();
    const text = textOf(content);
    if (text === undefined || text.startsWith(GENERATED)) return SKIPPED;
    return { references: referencesIn(text, path, keys), bytes: content.length };
  } catch (cause) {
    // Gone since the folder was listed.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return SKIPPED;
    throw unreadable(path, cause);
  }
}

/** Source text is in UTF-8, or in UTF-16 if it says so itself. */
function textOf(content: Buffer): string | undefined {
  const mark = content.toString('latin1', 0, 2);
  if (mark === '\u00FF\u00FE') return new TextDecoder('utf-16le').decode(content);
  if (mark === '\u00FE\u00FF') return new TextDecoder('utf-16be').decode(content);
  // Where a text has no zero, pictures and programs have one soon.
  return content.subarray(0, 8192).includes(0) ? undefined : content.toString('utf8');
}
