import { expect, it } from 'vitest';
import { readContents } from '../../src/manifest/read-contents.ts';
import { type FoundEntry, walkTree } from '../../src/manifest/walk.ts';
import { makeTree } from '../tree-builder.ts';

it.each(['size', 'mtimeNs', 'ctimeNs', 'ino', 'dev'] as const)(
  'a file whose %s is another one than was found is looked at again, and read as it is now',
  async (name) => {
    await using at = await makeTree({ file: 'abc' });
    const tree = await walkTree(at.path, {});
    const now = tree.entries.get('file') as FoundEntry;
    const before = { ...now, state: { ...now.state, [name]: now.state[name] + 1n } };
    const { read, problems } = await readContents(tree, [before], { algorithm: 'sha256' });
    expect(read.get('file')?.found).toEqual(now);
    expect(problems.size).toBe(0);
  },
);
