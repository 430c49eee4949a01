import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createManifest, type InclusionProof, parseSums, proveEntry, verifyEntry } from '../../src/index.ts';
import { makeTree } from '../tree-builder.ts';

const FILES = { a: 'a', b: { c: 'c', d: 'd' }, e: 'e', f: '' };

it('every file of a tree is proven by its own proof, and no other file by it', async () => {
  await using tree = await makeTree(FILES);
  const manifest = await createManifest(tree.path);
  const files = manifest.entries.filter(({ kind }) => kind === 'file');
  const roots = new Set<string>();
  for (const { path } of files) {
    const proof = proveEntry(manifest, path);
    roots.add(proof.root);
    for (const other of files) {
      const { verified, problem } = await verifyEntry(join(tree.path, other.path), JSON.stringify(proof), {
        root: proof.root,
      });
      expect([verified, problem], `${path} ${other.path}`).toEqual(
        other.path === path ? [true, undefined] : [false, 'other-content'],
      );
    }
  }
  expect(roots.size).toBe(1);
});

it('a proof that was changed anywhere leads to another root, or is none', async () => {
  await using tree = await makeTree(FILES);
  const manifest = await createManifest(tree.path);
  const proof = proveEntry(manifest, 'b/c');
  const path = join(tree.path, 'b/c');
  const check = async (changed: object): Promise<unknown> =>
    await verifyEntry(path, JSON.stringify({ ...proof, ...changed }), { root: proof.root }).then(
      ({ problem }) => problem,
      ({ code }: { code: string }) => code,
    );
  expect(await check({})).toBeUndefined();
  expect(await check({ index: proof.index + 1 })).toBe('other-root');
  expect(await check({ index: -1 })).toBe('other-root');
  expect(await check({ index: 'b' })).toBe('other-root');
  expect(await check({ size: proof.size + 8 })).toBe('other-root');
  expect(await check({ entry: { ...proof.entry, mode: 0 } })).toBe('other-root');
  expect(await check({ entry: { ...proof.entry, path: 'b/d' } })).toBe('other-root');
  expect(await check({ proof: proof.proof.slice(1) })).toBe('other-root');
  // What it says of the root itself does not count.
  expect(await check({ root: '0'.repeat(64) })).toBeUndefined();
  for (const none of [
    { format: 'other' },
    { version: 2 },
    { more: 1 },
    { entry: { path: 'b', kind: 'directory' } },
    { proof: ['zz'] },
    { proof: Array.from({ length: 54 }, () => '0'.repeat(64)) },
  ]) {
    expect(await check(none), JSON.stringify(none).slice(0, 40)).toBe('INVALID_PROOF');
  }
  expect(await check({ entry: { ...proof.entry, path: '../x' } })).toBe('UNSAFE_PATH');
  await expect(verifyEntry(path, proof, { root: 'abc' })).rejects.toMatchObject({ code: 'INVALID_PROOF' });
  await expect(verifyEntry(path, '{', { root: proof.root })).rejects.toMatchObject({ code: 'INVALID_PROOF' });
  await writeFile(path, 'changed');
  expect(await check({})).toBe('other-content');
});

it('what the manifest does not have can not be proven, nor what anybody can forge', async () => {
  await using tree = await makeTree({ a: 'abc' });
  const manifest = await createManifest(tree.path, { algorithm: 'crc32' });
  expect(() => proveEntry(manifest, 'b')).toThrow(expect.objectContaining({ code: 'NOT_IN_MANIFEST' }));
  const weak: InclusionProof[] = [
    proveEntry(manifest, 'a'),
    proveEntry(parseSums('900150983cd24fb0d6963f7d28e17f72  a\n', { legacy: true }), 'a'),
  ];
  for (const proof of weak) {
    await expect(verifyEntry(join(tree.path, 'a'), proof, { root: proof.root })).rejects.toMatchObject({
      code: 'LEGACY_ALGORITHM',
    });
  }
});
