import { chmod, lutimes, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A tree as a plain object: text or bytes are files, `{ link }` is a symbolic link, other objects are directories. */
export interface Tree {
  readonly [name: string]: string | Uint8Array | { readonly link: string } | Tree;
}

/** Every file is of this time, in seconds, so that trees made one after the other are equal. */
const MTIME = 1_700_000_000.25;

/** A temp folder that is gone at the end of the `await using` block. */
export async function tempFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'integrity-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const NOBODY = 65_534;

/** Root may read everything: does the work as somebody who may not. Others do it as they are. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Makes a tree in a temp folder. */
export async function makeTree(tree: Tree): Promise<{ path: string } & AsyncDisposable> {
  const folder = await tempFolder();
  await fill(folder.path, tree);
  return folder;
}

async function fill(path: string, tree: Tree): Promise<void> {
  for (const [name, value] of Object.entries(tree)) {
    const inner = join(path, name);
    if (typeof value === 'string' || value instanceof Uint8Array) {
      await writeFile(inner, value);
      await chmod(inner, 0o644);
      await lutimes(inner, MTIME, MTIME);
    } else if ('link' in value) {
      await symlink(value.link as string, inner);
    } else {
      await mkdir(inner);
      await chmod(inner, 0o755);
      await fill(inner, value);
    }
  }
}
