import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { flagsFormatOf, parseFlags } from '../definition/parse-flags.ts';
import { FlagError, type FlagErrorOptions } from '../errors.ts';
import type { FlagSeal } from '../history/seal.ts';
import type { FlagStore } from '../store/store.ts';

/** Options of {@link fileFlags}. */
export interface FileFlagsOptions {
  /** Look again after so many milliseconds, beside what the system tells of changes; 0 for never. Default 5000. */
  readonly pollMs?: number | undefined;
  /** Believes only a signed file: `signedFlags` of `@x/feature-flags/signed`. */
  readonly seal?: Pick<FlagSeal, 'open'> | undefined;
}

/** Larger files are refused before they are read. */
const MOST_BYTES = 10 * 1024 * 1024;
/** Base64 takes a third more, and signatures some. */
const MOST_SIGNED_BYTES = 16 * 1024 * 1024;
const POLL_MS = 5000;
/** Editors write in several steps; what comes within this is one change. */
const CALM_MS = 20;

/**
 * Flags in a file, JSON or YAML, that is watched. A flag with a mistake stays as it last was good, and the others change; `flags.problem` and `flags.findings` say where
 * the mistakes are. What refuses the whole file changes nothing.
 *
 * @example
 * ```ts
 * import { createFlags } from '@x/feature-flags';
 * import { fileFlags } from '@x/feature-flags/file';
 *
 * await using flags = createFlags({ store: fileFlags('flags.yaml') });
 * await flags.ready();
 * ```
 */
export function fileFlags(file: string, options: FileFlagsOptions = {}): FlagStore {
  const path = resolve(file);
  const { pollMs = POLL_MS, seal } = options;
  return {
    async load(known) {
      const content = await readContent(path, seal === undefined ? MOST_BYTES : MOST_SIGNED_BYTES);
      const version = createHash('sha256').update(content).digest('hex');
      if (version === known) return undefined;
      const text = textOf(seal === undefined ? content : seal.open(content), path);
      // What is signed says by itself what it is.
      const format = seal === undefined ? flagsFormatOf(path) : undefined;
      return { definitions: await parseFlags(text, { format }), version };
    },
    watch: (onChange) => watching(path, pollMs, onChange),
  };
}

/** The text of a file of flags. @throws {FlagError} `FLAGS_TOO_LARGE`, `UNREADABLE_FLAGS`. */
export async function readFlagsFile(path: string): Promise<string> {
  return textOf(await readContent(path, MOST_BYTES), path);
}

async function readContent(path: string, mostBytes: number): Promise<Buffer> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > mostBytes) {
      throw new FlagError('FLAGS_TOO_LARGE', `Expected flags of at most ${mostBytes} bytes, got ${size} in ${path}`, {
        hint: 'Split them into several files, or move lists of tenants into segments.',
      });
    }
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof FlagError) throw cause;
    const { code = 'an error' } = cause as NodeJS.ErrnoException;
    throw unreadable(path, code, { cause, hint: 'Check the path, and that you may read the file.' });
  }
}

function textOf(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (cause) {
    throw unreadable(path, 'bytes that are not UTF-8', { cause, hint: 'Save the file as UTF-8.' });
  }
}

function unreadable(path: string, found: string, options: FlagErrorOptions): FlagError {
  return new FlagError('UNREADABLE_FLAGS', `Expected flags in ${path}, got ${found}`, options);
}

/** The folder is watched, as editors and deployments put another file in the place of the one that was there. */
function watching(path: string, pollMs: number, onChange: () => void): () => void {
  let calm: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(calm);
    calm = setTimeout(onChange, CALM_MS);
    calm.unref();
  };
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    // Whatever changes in there: the file may be reached through a link beside it.
    watcher = watch(dirname(path), { persistent: false }, soon);
    watcher.on('error', () => watcher?.close());
  } catch {
    // Where the system tells nothing, looking again has to do.
  }
  const timer = pollMs > 0 ? setInterval(onChange, pollMs) : undefined;
  timer?.unref();
  return () => {
    clearTimeout(calm);
    clearInterval(timer);
    watcher?.close();
  };
}
