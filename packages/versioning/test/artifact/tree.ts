import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Files by path: content, or content that may be run. A path with `/` at its end is an empty folder. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly run: string }>>;

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'artifact-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  return folder;
}

/** Makes the files in the order in which they are given. */
export async function plant(tree: Tree, folder?: string): Promise<string> {
  const top = folder ?? (await temporaryFolder());
  for (const [path, content] of Object.entries(tree)) {
    const place = join(top, path);
    await mkdir(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (path.endsWith('/')) continue;
    const isRunnable = typeof content === 'object' && 'run' in content;
    await writeFile(place, isRunnable ? content.run : content);
    await chmod(place, isRunnable ? 0o755 : 0o644);
  }
  return top;
}

/** What {@link plant} would make the folder from, in bytewise order. */
export async function harvest(top: string): Promise<Tree> {
  const found: [string, Tree[string]][] = [];
  const enter = async (folder: string): Promise<void> => {
    const names = await readdir(join(top, folder), { withFileTypes: true });
    if (names.length === 0 && folder !== '') found.push([folder, '']);
    for (const name of names) {
      const path = `${folder}${name.name}`;
      if (name.isDirectory()) {
        await enter(`${path}/`);
        continue;
      }
      const content = await readFile(join(top, path), 'utf8');
      const { mode } = await stat(join(top, path));
      found.push([path, (mode & 0o100) === 0 ? content : { run: content }]);
    }
  };
  await enter('');
  return Object.fromEntries(found.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}
