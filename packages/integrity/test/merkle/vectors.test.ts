import { describe, expect, it } from 'vitest';
import {
  createMerkleBuilder,
  leafHash,
  MerkleTree,
  proveConsistency,
  proveInclusion,
  readRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';
import { ctConsistency, ctInclusion, ctLeaves, ctRoots } from './ct-vectors.ts';
import { mth, path, proof } from './reference.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

const ctTree = treeOf(ctLeaves);

describe('the vectors of Certificate Transparency', () => {
  it.each(ctRoots.map((root, size) => [size, root] as const))('the root of %i leaves', (size, root) => {
    expect(hex(ctTree.root(size))).toBe(root);
    expect(hex(mth(ctLeaves.slice(0, size)))).toBe(root);
    const builder = createMerkleBuilder();
    for (const leaf of ctLeaves.slice(0, size)) builder.append(leaf);
    expect(hex(builder.root())).toBe(root);
  });

  it.each(ctInclusion)('the inclusion proof of leaf %i of %i', (index, size, hashes) => {
    expect(ctTree.proveInclusion(index, size).map(hex)).toEqual(hashes);
    expect(path(index, ctLeaves.slice(0, size)).map(hex)).toEqual(hashes);
    const [leaf, root] = [leafHash(ctLeaves[index] as Uint8Array), unhex(ctRoots[size] as string)];
    expect(verifyInclusion({ leafHash: leaf, index, size, root, proof: hashes.map(unhex) })).toBe(true);
  });

  it.each(ctConsistency)('the consistency proof from %i to %i leaves', (size1, size2, hashes) => {
    expect(ctTree.proveConsistency(size1, size2).map(hex)).toEqual(hashes);
    expect(proof(size1, ctLeaves.slice(0, size2)).map(hex)).toEqual(hashes);
    const [root1, root2] = [unhex(ctRoots[size1] as string), unhex(ctRoots[size2] as string)];
    expect(verifyConsistency({ size1, size2, root1, root2, proof: hashes.map(unhex) })).toBe(true);
  });
});

describe('every tree up to 64 leaves', () => {
  const leaves = Array.from({ length: 64 }, (_, index) => new TextEncoder().encode(`leaf ${index}`));
  const tree = treeOf(leaves);
  const roots = Array.from({ length: 65 }, (_, size) => mth(leaves.slice(0, size)));
  const sizes = roots.map((_, size) => size);

  it('has the root that the RFC says, appended, streamed, resumed at each size, or read', async () => {
    let builder = createMerkleBuilder();
    const levels = storedLevels(leaves);
    for (const size of sizes) {
      const root = hex(roots[size] as Uint8Array);
      expect(hex(tree.root(size))).toBe(root);
      expect(hex(builder.root())).toBe(root);
      expect(hex(await readRoot(size, levels))).toBe(root);
      builder = createMerkleBuilder(JSON.parse(JSON.stringify(builder.state())) as never);
      expect(builder.size).toBe(size);
      if (size < 64) builder.append(leaves[size] as Uint8Array);
    }
  });

  it('proves each of its leaves as the RFC says', async () => {
    const levels = storedLevels(leaves);
    for (const size of sizes.slice(1)) {
      for (let index = 0; index < size; index++) {
        const hashes = tree.proveInclusion(index, size);
        expect(hashes.map(hex)).toEqual(path(index, leaves.slice(0, size)).map(hex));
        if (size % 7 === 0) expect(await proveInclusion({ index, size }, levels)).toEqual(hashes);
        const root = roots[size] as Uint8Array;
        const leaf = leafHash(leaves[index] as Uint8Array);
        expect(verifyInclusion({ leafHash: leaf, index, size, root, proof: hashes })).toBe(true);
        const other = (index + 1) % size;
        if (size > 1) expect(verifyInclusion({ leafHash: leaf, index: other, size, root, proof: hashes })).toBe(false);
      }
    }
  });

  it('proves that it extends each smaller one, the empty one too', async () => {
    const levels = storedLevels(leaves);
    for (const size2 of sizes) {
      for (let size1 = 0; size1 <= size2; size1++) {
        const hashes = tree.proveConsistency(size1, size2);
        if (size1 > 0) expect(hashes.map(hex)).toEqual(proof(size1, leaves.slice(0, size2)).map(hex));
        if (size2 % 7 === 0) expect(await proveConsistency({ size1, size2 }, levels)).toEqual(hashes);
        const [root1, root2] = [roots[size1] as Uint8Array, roots[size2] as Uint8Array];
        expect(verifyConsistency({ size1, size2, root1, root2, proof: hashes })).toBe(true);
        if (size1 > 0 && size1 < size2) {
          expect(verifyConsistency({ size1, size2, root1: root2, root2: root1, proof: hashes })).toBe(false);
        }
      }
    }
  });
});

/** Levels of hashes, made without the sources, as a log would store them. */
function storedLevels(leaves: readonly Uint8Array[]): (level: number, index: number) => Promise<Uint8Array> {
  return async (level, index) => {
    const width = 2 ** level;
    if ((index + 1) * width > leaves.length) throw new Error(`No complete subtree ${index} on level ${level}`);
    return await Promise.resolve(mth(leaves.slice(index * width, (index + 1) * width)));
  };
}
