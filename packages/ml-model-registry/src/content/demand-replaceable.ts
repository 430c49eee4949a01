import { lstat } from 'node:fs/promises';
import { ModelError } from '../errors.ts';
import { Findings } from '../inspect/findings.ts';
import { listMembers } from '../inspect/folder/list-members.ts';
import type { MemberSizes } from './content-hash.ts';

/** Shards of another version have other numbers. */
const withoutNumbers = (path: string): string => path.replaceAll(/\d+/g, '#');

/**
 * Sees to it that a folder whose place a model takes is one of its versions, or empty, and not one that has other things: those would be gone with it.
 *
 * @throws {ModelError} `TARGET_EXISTS`.
 */
export async function demandReplaceable(path: string, members: MemberSizes): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory() !== true) return;
  const own = new Set(members.map((member) => withoutNumbers(member.path)));
  const { members: found, isWhole } = await listMembers(path, new Findings(1));
  const others = found.filter((each) => !own.has(withoutNumbers(each.path)));
  if (isWhole && others.length * 2 <= found.length) return;
  const [other] = others;
  throw new ModelError(
    'TARGET_EXISTS',
    `Expected a version of this model at ${path}, got a folder with other files${other === undefined ? '' : `, such as ${JSON.stringify(other.path.slice(0, 120))}`}`,
    { hint: 'Nothing was written. All of it would be gone: choose another path, or remove the folder yourself.' },
  );
}
