import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import type { StructureFile } from './contract.ts';

/** Files larger than this are no part of a structure that people write. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 100_000;

/** A file that was read. */
export interface ReadFile {
  /** Relative to the root, `/`-joined. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Its content, where a caller wants to look into it. */
  readonly content?: Buffer | undefined;
}

/** Reads files below a root. */
export class FileTree {
  readonly #root: string;
  readonly #signal: AbortSignal | undefined;
  readonly #wants: (path: string) => boolean;
  #count = 0;

  /** @param options `wants`: whether the content of a file is to be kept. */
  constructor(
    root: string,
    options: { readonly signal?: AbortSignal | undefined; readonly wants: (path: string) => boolean },
  ) {
    this.#root = root;
    this.#signal = options.signal;
    this.#wants = options.wants;
  }

  /** What lies directly in a folder; the path itself when it is a file. `node_modules` and hidden names are left out. */
  async children(path: string): Promise<readonly { readonly path: string; readonly isFolder: boolean }[]> {
    const found = await this.#look(path);
    if (!found.isDirectory()) return [{ path, isFolder: false }];
    const names = (await readdir(join(this.#root, path), { withFileTypes: true })).filter(
      (each) => each.name !== 'node_modules' && !each.name.startsWith('.') && (each.isDirectory() || each.isFile()),
    );
    return names
      .map((each) => ({ path: path === '' ? each.name : `${path}/${each.name}`, isFolder: each.isDirectory() }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** All files at and below a path, sorted. Links are not followed. */
  async read(path: string): Promise<readonly ReadFile[]> {
    checkAborted(this.#signal);
    const files: ReadFile[] = [];
    for (const child of await this.children(path)) {
      if (child.isFolder) files.push(...(await this.read(child.path)));
      else files.push(await this.#file(child.path));
    }
    return files;
  }

  async #look(path: string): Promise<Awaited<ReturnType<typeof lstat>>> {
    try {
      return await lstat(join(this.#root, path));
    } catch (error) {
      throw new BackupError('PATH_FAILED', `Expected ${path} below ${this.#root}: ${(error as Error).message}`, {
        cause: error,
        hint: 'Name the parts of the structure by paths relative to its root.',
      });
    }
  }

  async #file(path: string): Promise<ReadFile> {
    const { size } = await this.#look(path);
    this.#count++;
    if (Number(size) > MAX_FILE_BYTES || this.#count > MAX_FILES) {
      const limit = this.#count > MAX_FILES ? `${MAX_FILES} files` : `${MAX_FILE_BYTES} bytes for ${path}`;
      throw new BackupError('INVENTORY_FAILED', `Expected a structure of at most ${limit}`, {
        hint: 'Keep large files and generated folders out of the parts of the structure.',
      });
    }
    const content = await readFile(join(this.#root, path));
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path, bytes: content.length, sha256, ...(this.#wants(path) ? { content } : {}) };
  }
}

/** Several files as one: its digest is over their paths and digests, as `sha256sum` prints them. */
export function together(path: string, files: readonly ReadFile[]): StructureFile {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const [only] = files;
  if (files.length === 1 && only?.path === path) return { path, files: 1, bytes, sha256: only.sha256 };
  const lines = files.map((file) => `${file.sha256}  ${file.path.slice(path.length + 1)}\n`);
  return { path, files: files.length, bytes, sha256: createHash('sha256').update(lines.join('')).digest('hex') };
}

/** What a file of JSON says. @throws {BackupError} `INVENTORY_FAILED`. */
export function jsonIn(path: string, content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    throw new BackupError('INVENTORY_FAILED', `Expected ${path} to be JSON: ${(error as Error).message}`, {
      cause: error,
      hint: 'Mend the file, or take its folder out of the structure.',
    });
  }
}
