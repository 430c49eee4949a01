import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Characters that are gathered before they are written. */
const PIECE = 64 * 1024;
/** Is there when all the others are. */
const INDEX = 'written.json';

/** What is known of the records of a module: put; deleted; as they were read back in the transaction that had put them. */
export type LogPart = 'put' | 'deleted' | 'read-back';

/** Ends a line for `node:readline`, and stands as it is in JSON. */
const SEPARATORS = /[\u2028\u2029]/g;
const escaped = (separator: string): string => `\\u${separator.charCodeAt(0).toString(16)}`;

/** A line: a record that was put has a digest, of all that it has or of members of these names alone. */
export interface LoggedRecord {
  readonly id: string;
  readonly digest?: string | undefined;
  readonly members?: readonly string[] | undefined;
}

/** Modules by what was done to them, in the order in which it was done. */
export type LoggedModules = Readonly<Record<LogPart, readonly string[]>>;

const fileOf = (folder: string, module: string, part: LogPart): string => join(folder, `${module}.${part}`);

/**
 * Writes what a restore of records does to a folder: a file of JSON Lines for each module and what is done to it, by ids in order.
 * All are on disk when it is ended.
 */
export class LogWriter {
  readonly #folder: string;
  readonly #modules: Record<LogPart, string[]> = { put: [], deleted: [], 'read-back': [] };
  /** Most records of a module have members of the same names. */
  readonly #members = new Map<string, number>();
  #file: { readonly key: string; readonly handle: FileHandle } | undefined;
  #text = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(module: string, part: LogPart, { id, digest, members }: LoggedRecord): Promise<void> {
    const key = `${module}.${part}`;
    if (this.#file?.key !== key) await this.#begin(module, part, key);
    const line = JSON.stringify([id, ...(digest === undefined ? [] : [digest]), ...this.#numberOf(members)]);
    this.#text += `${line.replace(SEPARATORS, escaped)}\n`;
    if (this.#text.length >= PIECE) await this.#flush();
  }

  /** What was added of this is on disk, and can be read. */
  async settle(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await this.#flush();
    this.#file = undefined;
    await file.handle.sync();
    await file.handle.close();
  }

  async end(): Promise<void> {
    await this.settle();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await using file = await open(join(this.#folder, INDEX), 'w', 0o600);
    await file.writeFile(JSON.stringify({ modules: this.#modules, members: [...this.#members.keys()] }));
    await file.sync();
  }

  /** What was added counts no more. */
  async clear(): Promise<void> {
    await this.#file?.handle.close();
    this.#file = undefined;
    this.#text = '';
    this.#members.clear();
    for (const modules of Object.values(this.#modules)) modules.splice(0);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #begin(module: string, part: LogPart, key: string): Promise<void> {
    await this.settle();
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#file = { key, handle: await open(fileOf(this.#folder, module, part), 'a', 0o600) };
    if (!this.#modules[part].includes(module)) this.#modules[part].push(module);
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#file?.handle.appendFile(text);
  }

  #numberOf(members: readonly string[] | undefined): readonly number[] {
    if (members === undefined) return [];
    const key = JSON.stringify(members);
    const number = this.#members.get(key) ?? this.#members.size;
    this.#members.set(key, number);
    return [number];
  }
}

/** Reads what a {@link LogWriter} has written. */
export class LogReader {
  readonly modules: LoggedModules;
  readonly #folder: string;
  readonly #members: readonly (readonly string[])[];

  private constructor(folder: string, modules: LoggedModules, members: readonly (readonly string[])[]) {
    this.#folder = folder;
    this.modules = modules;
    this.#members = members;
  }

  /** `undefined` when it was not ended: then nothing was done. */
  static async open(folder: string): Promise<LogReader | undefined> {
    const text = await readFile(join(folder, INDEX), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const { modules, members } = JSON.parse(text) as { modules: LoggedModules; members: string[] };
    return new LogReader(
      folder,
      modules,
      members.map((list) => JSON.parse(list) as string[]),
    );
  }

  /** By ids in order; none of what nothing is known of. */
  async *read(module: string, part: LogPart): AsyncGenerator<LoggedRecord, void, undefined> {
    if (!this.modules[part].includes(module)) return;
    const input = createReadStream(fileOf(this.#folder, module, part), 'utf8');
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const [id, digest, members] = JSON.parse(line) as [string, string?, number?];
      yield { id, digest, members: members === undefined ? undefined : this.#members[members] };
    }
  }
}
