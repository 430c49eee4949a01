import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What a tree is built from: names (one character per byte) to contents, `{ link }`, or trees. */
export interface Tree {
  readonly [name: string]: string | Buffer | { readonly link: string } | Tree;
}

/** A memory file system, where the system has one. */
export const MEMORY_FOLDER: string | undefined = existsSync('/dev/shm') ? '/dev/shm' : undefined;

/** A new folder that goes away with the test. */
export function tempFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'holdfast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes the tree below `folder`, which is made as well. */
export function buildTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  buildBelow(`${Buffer.from(folder).toString('latin1')}/`, tree);
}

function buildBelow(prefix: string, tree: Tree): void {
  for (const [name, content] of Object.entries(tree)) {
    const path = Buffer.from(prefix + name, 'latin1');
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(path, content);
    else if (typeof content['link'] === 'string') symlinkSync(content['link'], path);
    else {
      mkdirSync(path, { recursive: true });
      buildBelow(`${prefix}${name}/`, content);
    }
  }
}

/** All paths below a folder, links not followed (the recursive `readdir` of Node follows them). */
export function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? [path, ...pathsBelow(path)] : [path];
    });
}

/** Elsewhere names have to be Unicode, and may come back in another form or case. */
export const ANY_NAMES: boolean = process.platform === 'linux';

/** The `strong` settings of a sink that this system has. */
export const STRENGTHS: readonly boolean[] = process.platform === 'linux' ? [true, false] : [false];

/** Modes, owners, links for everybody and special files. */
export const IS_POSIX: boolean = process.platform !== 'win32';

/** Whether this process may do as it likes, so that permissions have to be tested as somebody else. */
export const IS_ROOT: boolean = process.geteuid?.() === 0;

const NOBODY = 65_534;

/** Runs `action` without the rights of root. */
export function asNobody<T>(action: () => T): T {
  if (!IS_ROOT) return action();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Lets everybody in, for {@link asNobody}. */
export function openToAll(folder: string): void {
  chmodSync(folder, 0o777);
}
