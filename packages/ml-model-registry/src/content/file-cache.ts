import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { fileMark } from '../inspect/source/file-mark.ts';

/** Files that are remembered. Those that were looked up last stay. */
const KEPT = 4096;

/**
 * Milliseconds in which a file may change without its times telling: file systems round them to as much as two seconds. A file that was touched so
 * shortly before it was read is not remembered.
 */
const TOO_YOUNG = 2000;

/** What a file looked like when it was read, and what was in it. */
interface Remembered {
  readonly mark: string;
  readonly digest: string;
}

/** A file that is about to be read. */
export interface SeenFile {
  /** Bytes; `undefined` where it can't be looked at. */
  readonly size: number | undefined;
  /** The digest that its content had when it was read last, if it has not been touched since. */
  readonly digest: string | undefined;
  /** Whether its times would tell if somebody wrote to it: it was not touched just now. */
  readonly isSettled: boolean;
  /** What it looks like; `undefined` where it can't be looked at. */
  readonly mark: string | undefined;
  /** Keeps the digest of what was read, if the file is settled and still what it was. */
  remember(digest: string): Promise<void>;
}

/**
 * Digests of files that were read, by what they look like: an unchanged one need not be read again. In memory; with a folder, also for the next
 * process. A cache that can't be read or written costs time, not safety.
 */
export class FileCache {
  readonly #file: string | undefined;
  readonly #clock: Clock;
  #files: Promise<Map<string, Remembered>> | undefined;

  constructor(directory: string | undefined, clock: Clock) {
    this.#file = directory === undefined ? undefined : join(directory, 'model-files.json');
    this.#clock = clock;
  }

  /** Looks at a file from outside. */
  async look(path: string): Promise<SeenFile> {
    const files = await (this.#files ??= this.#loaded());
    const now = this.#clock();
    const before = await lookedAt(path);
    const known = files.get(path);
    if (known !== undefined) {
      files.delete(path);
      files.set(path, known);
    }
    const isSettled = before !== undefined && now - before.touchedMs >= TOO_YOUNG;
    return {
      size: before?.size,
      digest: known !== undefined && known.mark === before?.mark ? known.digest : undefined,
      isSettled,
      mark: before?.mark,
      remember: async (digest) => {
        if (!isSettled || (await lookedAt(path))?.mark !== before.mark) return;
        files.delete(path);
        files.set(path, { mark: before.mark, digest });
        for (const oldest of files.keys()) {
          if (files.size <= KEPT) break;
          files.delete(oldest);
        }
        await this.#write(files);
      },
    };
  }

  async #loaded(): Promise<Map<string, Remembered>> {
    if (this.#file === undefined) return new Map();
    try {
      const { files } = JSON.parse(await readFile(this.#file, 'utf8')) as {
        readonly files: Record<string, Remembered>;
      };
      const isSound = ({ mark, digest }: Remembered): boolean => typeof mark === 'string' && typeof digest === 'string';
      return new Map(Object.entries(files).filter(([, each]) => isSound(each)));
    } catch {
      return new Map();
    }
  }

  async #write(files: ReadonlyMap<string, Remembered>): Promise<void> {
    if (this.#file === undefined) return;
    const part = `${this.#file}.${randomUUID()}`;
    try {
      await mkdir(join(this.#file, '..'), { recursive: true, mode: 0o700 });
      await writeFile(part, JSON.stringify({ files: Object.fromEntries(files) }), { mode: 0o600 });
      await rename(part, this.#file);
    } catch {
      await rm(part, { force: true });
    }
  }
}

/** A file from outside. */
interface Look {
  readonly mark: string;
  readonly size: number;
  /** When it was touched last, in milliseconds since 1970. */
  readonly touchedMs: number;
}

async function lookedAt(path: string): Promise<Look | undefined> {
  let stats: BigIntStats;
  try {
    stats = await stat(path, { bigint: true });
  } catch {
    return undefined;
  }
  const { size, mtimeNs, ctimeNs } = stats;
  const touchedMs = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return { mark: fileMark(stats), size: Number(size), touchedMs };
}
