import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files by path; a folder ends in `/`, a symlink is `{ link }`. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

/** Writes a tree below `folder`. */
export async function writeTree(folder: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const target = join(folder, path);
    await mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'object' && 'link' in content) await symlink(content.link, target);
    else await writeFile(target, content);
  }
}

/** Kind, mode, time and content digest of everything below `folder`, by path; names as bytes. */
export async function digestTree(folder: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const visit = async (path: Buffer, name: string): Promise<void> => {
    const stat = await lstat(path);
    const facts = `${(stat.mode & 0o7777).toString(8)} ${Math.round(stat.mtimeMs)}`;
    if (stat.isSymbolicLink()) found[name] = `link ${await readlink(path)}`;
    else if (stat.isFile())
      found[name] = `file ${facts} ${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`;
    else found[name] = `folder ${facts}`;
    if (!stat.isDirectory()) return;
    for (const child of await readdir(path, { encoding: 'buffer' })) {
      await visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`);
    }
  };
  await visit(Buffer.from(folder), '.');
  return found;
}
