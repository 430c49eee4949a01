import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../../errors.ts';
import type { Findings } from '../findings.ts';
import { quoted } from '../quoted.ts';
import { isMemberPath, MOST_DEPTH, MOST_MEMBERS } from './member-path.ts';

/** A file of a folder that is one model. */
export interface ListedMember {
  /** From the folder, with slashes. */
  readonly path: string;
  readonly size: number;
}

/** The files of a folder. */
export interface MemberList {
  readonly members: readonly ListedMember[];
  /** Whether these are all: nothing else is there, and no limit was reached. */
  readonly isWhole: boolean;
}

/**
 * All regular files below a folder, in the order of the bytes of their paths. Links, devices and names that lead elsewhere are findings, and not
 * followed. Folders without files are no part of a model.
 *
 * @throws {ModelError} `READ_FAILED`.
 */
export async function listMembers(root: string, findings: Findings): Promise<MemberList> {
  const found: ListedMember[] = [];
  let seen = 0;
  const visit = async (folder: string, depth: number): Promise<boolean> => {
    if (depth > MOST_DEPTH) return tooMuch(findings, `${MOST_DEPTH} folders in each other`, folder);
    for await (const { name } of await opened(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      seen += 1;
      if (seen > MOST_MEMBERS) return tooMuch(findings, `${MOST_MEMBERS} files`, path);
      if (!isMemberPath(path)) {
        findings.add('INVALID_TEXT', `Expected names that lead below the folder, got ${quoted(path)}`, { offset: 0 });
        continue;
      }
      const stats = await lstat(join(root, path));
      if (stats.isDirectory()) {
        if (!(await visit(path, depth + 1))) return false;
      } else if (stats.isFile()) found.push({ path, size: stats.size });
      else {
        const kind = stats.isSymbolicLink() ? 'a link' : 'a device, pipe or socket';
        findings.add('FOLDER_LINK', `Expected regular files, got ${kind}`, { offset: 0, part: path });
      }
    }
    return true;
  };
  const before = findings.count;
  await visit('', 0);
  const members = found.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return { members, isWhole: findings.count === before };
}

/** Bytes of all files. */
export function bytesOf(members: readonly ListedMember[]): number {
  return members.reduce((sum, { size }) => sum + size, 0);
}

function tooMuch(findings: Findings, limit: string, part: string): false {
  findings.add('LIMIT_EXCEEDED', `Expected at most ${limit}, got more`, { offset: 0, part });
  return false;
}

async function opened(path: string): ReturnType<typeof opendir> {
  try {
    return await opendir(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'no reason';
    throw new ModelError('READ_FAILED', `Expected a folder that can be read, got ${reason}: ${path}`, {
      cause,
      hint: 'See to it that whoever runs this may read it.',
    });
  }
}
