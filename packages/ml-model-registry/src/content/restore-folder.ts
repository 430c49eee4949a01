import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModelError } from '../errors.ts';
import { isMemberPath } from '../inspect/folder/member-path.ts';
import { contentHash, type MemberSizes } from './content-hash.ts';
import { demandReplaceable } from './demand-replaceable.ts';

/** A folder that is written. */
export interface RestoredFolder {
  /** Its files in the order of their bytes. */
  readonly members: MemberSizes;
  readonly content: AsyncIterable<Uint8Array>;
  /** Told the digest of all before the folder is put in place; throws when it is another. */
  readonly demand: (digest: string) => void;
  readonly overwrite: boolean;
}

/**
 * Writes a folder: under another name first, put in place when every byte was compared. With `overwrite`, what is there is moved aside until then; a folder with
 * other things is no version of the model, and stays.
 *
 * @throws {ModelError} `TARGET_EXISTS` for such a folder; `HISTORY_DAMAGED` for files that would lead elsewhere; what `demand` throws. Errors of the file system: `EEXIST` for what is there.
 */
export async function restoreFolder(path: string, folder: RestoredFolder): Promise<void> {
  const to = resolve(path);
  const { members, overwrite } = folder;
  demandInside(members);
  if (!overwrite && (await isThere(to))) throw occupied(to);
  await demandReplaceable(to, members);
  const part = `${to}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(part), { recursive: true });
    await mkdir(part, { mode: 0o755 });
    folder.demand(await writeMembers(part, folder));
    await putInPlace(part, to, overwrite);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

function demandInside(members: MemberSizes): void {
  const other = members.find(({ path }) => !isMemberPath(path));
  if (other === undefined) return;
  throw new ModelError(
    'HISTORY_DAMAGED',
    `Expected files below the folder of a model, got ${JSON.stringify(other.path.slice(0, 120))}`,
    { hint: 'Nothing was written. Whoever wrote this version did not use this program.' },
  );
}

async function writeMembers(root: string, { members, content }: RestoredFolder): Promise<string> {
  const hash = contentHash(members);
  const writer = new MemberWriter(root, members);
  try {
    for await (const bytes of content) {
      hash.update(bytes);
      await writer.write(bytes);
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  return hash.digest();
}

/** Cuts a stream into files. Bytes after the last one go nowhere: the digest tells of them. */
class MemberWriter {
  readonly #root: string;
  readonly #members: MemberSizes;
  /** Number of the next file. */
  #next = 0;
  #handle: FileHandle | undefined;
  #left = 0;

  constructor(root: string, members: MemberSizes) {
    this.#root = root;
    this.#members = members;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#left === 0 && !(await this.#begin())) return;
      const taken = rest.subarray(0, this.#left);
      await this.#handle?.writeFile(taken);
      this.#left -= taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** Empty files at the end are written, too. */
  async finish(): Promise<void> {
    while (this.#left === 0 && (await this.#begin()));
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** Opens the next file that has bytes, and makes the empty ones before it. */
  async #begin(): Promise<boolean> {
    for (;;) {
      await this.#handle?.sync();
      await this.close();
      const member = this.#members[this.#next];
      if (member === undefined) return false;
      this.#next += 1;
      const path = join(this.#root, ...member.path.split('/'));
      await mkdir(dirname(path), { recursive: true });
      this.#handle = await open(path, 'wx', 0o644);
      this.#left = member.size;
      if (member.size > 0) return true;
    }
  }
}

async function putInPlace(part: string, to: string, overwrite: boolean): Promise<void> {
  if (!(await isThere(to))) return await rename(part, to);
  if (!overwrite) throw occupied(to);
  const old = `${to}.${randomUUID()}.old`;
  await rename(to, old);
  try {
    await rename(part, to);
  } catch (error) {
    await rename(old, to);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function occupied(path: string): Error {
  return Object.assign(new Error(`Expected nothing at ${path}`), { code: 'EEXIST' });
}
