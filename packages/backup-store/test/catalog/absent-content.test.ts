import { expect, test } from 'vitest';
import { isAbsent } from '../../src/catalog/entry.ts';
import { LeafPageBuilder, readLeafPage } from '../../src/catalog/leaf-page.ts';

const facts = { kind: 'file', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n } as const;

test('a file with a size and no blobs is one whose content is absent; an empty one has all of its content', () => {
  const builder = new LeafPageBuilder();
  builder.add({ ...facts, path: Buffer.from('a'), size: 10, content: [] });
  builder.add({ ...facts, path: Buffer.from('b'), size: 0, content: [] });
  builder.add({ ...facts, path: Buffer.from('c'), size: 3, content: [{ sha256: new Uint8Array(32), length: 3 }] });
  const entries = readLeafPage(builder.finish(), 'a page');
  expect(entries.map((entry) => [String(entry.path), entry.size, isAbsent(entry)])).toEqual([
    ['a', 10, true],
    ['b', 0, false],
    ['c', 3, false],
  ]);
});
