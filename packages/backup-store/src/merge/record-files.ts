import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { BackupError } from '../errors.ts';
import type { ExportedRecord } from './export-records.ts';

/** Characters that are gathered before they are written. */
const PIECE = 256 * 1024;

/** Options of {@link writeRecordFiles}. */
export interface RecordFilesOptions {
  /** Folder; made if it is not there. */
  readonly to: string;
  /** `jsonl` (default): a record a line. `json`: one list, for programs that take nothing else. */
  readonly format?: 'jsonl' | 'json' | undefined;
}

/** A file that was written. */
export interface RecordFile {
  readonly module: string;
  readonly path: string;
  readonly records: number;
}

/**
 * Writes records to a folder, a file for each module. Nobody else can read them, and none is there before it is complete; one that is there
 * already stays, and is an error.
 *
 * @throws {BackupError} `ALREADY_EXISTS`; `PATH_FAILED`; what gives the records throws.
 */
export async function writeRecordFiles(
  records: AsyncIterable<ExportedRecord>,
  { to, format = 'jsonl' }: RecordFilesOptions,
): Promise<readonly RecordFile[]> {
  const files: RecordFile[] = [];
  let writer: ModuleFile | undefined;
  const end = async (): Promise<void> => {
    if (writer !== undefined) files.push(await writer.end());
    writer = undefined;
  };
  await failing(to, async () => await mkdir(to, { recursive: true, mode: 0o700 }));
  try {
    for await (const { module, record } of records) {
      if (writer?.module !== module) {
        await end();
        writer = await ModuleFile.open(module, { to, format });
      }
      await writer.write(JSON.stringify(record));
    }
    await end();
  } finally {
    await writer?.discard();
  }
  return files;
}

class ModuleFile {
  readonly module: string;
  readonly #path: string;
  readonly #temp: string;
  readonly #handle: FileHandle;
  readonly #isList: boolean;
  #piece: string;
  #records = 0;

  private constructor(module: string, at: { path: string; temp: string; handle: FileHandle; isList: boolean }) {
    this.module = module;
    this.#path = at.path;
    this.#temp = at.temp;
    this.#handle = at.handle;
    this.#isList = at.isList;
    this.#piece = at.isList ? '[\n' : '';
  }

  static async open(module: string, { to, format }: Required<RecordFilesOptions>): Promise<ModuleFile> {
    const path = join(to, `${module}.${format}`);
    const temp = `${path}.${randomBytes(6).toString('hex')}.part`;
    const handle = await failing(path, async () => await open(temp, 'wx', 0o600));
    return new ModuleFile(module, { path, temp, handle, isList: format === 'json' });
  }

  async write(json: string): Promise<void> {
    const isFirst = this.#records === 0;
    this.#records += 1;
    this.#piece += this.#isList ? `${isFirst ? '' : ',\n'}${json}` : `${json}\n`;
    if (this.#piece.length >= PIECE) await this.#flush();
  }

  async #flush(): Promise<void> {
    const piece = this.#piece;
    this.#piece = '';
    await failing(this.#path, async () => await this.#handle.appendFile(piece));
  }

  async end(): Promise<RecordFile> {
    if (this.#isList) this.#piece += '\n]\n';
    try {
      await this.#flush();
      await failing(this.#path, async () => {
        await this.#handle.sync();
        // Unlike a rename, this never takes the place of another file.
        await link(this.#temp, this.#path);
      });
    } finally {
      await this.discard();
    }
    return { module: this.module, path: this.#path, records: this.#records };
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#temp, { force: true });
  }
}

async function failing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code = 'UNKNOWN' } = cause as { code?: string };
    if (code === 'EEXIST') {
      throw new BackupError('ALREADY_EXISTS', `Expected no file ${path} yet, got one`, {
        cause,
        hint: 'Export to a new folder.',
      });
    }
    throw new BackupError('PATH_FAILED', `Expected to write ${path}, got ${code}`, { cause });
  }
}
