import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConsistencyClaim,
  createMerkleBuilder,
  type InclusionClaim,
  leafHash,
  MerkleTree,
  proveConsistency,
  proveInclusion,
  readRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';

const tree = new MerkleTree();
for (let index = 0; index < 40; index++) tree.append(Uint8Array.of(index));

function inclusionOf(index: number, size: number): InclusionClaim {
  const proof = tree.proveInclusion(index, size);
  return { leafHash: leafHash(Uint8Array.of(index)), index, size, root: tree.root(size), proof };
}

function consistencyOf(size1: number, size2: number): ConsistencyClaim {
  const [root1, root2] = [tree.root(size1), tree.root(size2)];
  return { size1, size2, root1, root2, proof: tree.proveConsistency(size1, size2) };
}

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** Every list of hashes that differs from the given one in one bit. */
function* flips(hashes: readonly Uint8Array[]): Generator<Uint8Array[]> {
  for (let at = 0; at < hashes.length; at++) {
    for (let bit = 0; bit < 256; bit++) yield hashes.map((hash, index) => (index === at ? flipped(hash, bit) : hash));
  }
}

describe('a flipped bit', () => {
  it.each([
    [0, 1],
    [0, 2],
    [6, 7],
    [12, 13],
    [31, 40],
    [39, 40],
  ])('of an inclusion proof (leaf %i of %i), its leaf, root or index is seen', (index, size) => {
    const claim = inclusionOf(index, size);
    expect(verifyInclusion(claim)).toBe(true);
    for (const proof of flips(claim.proof)) expect(verifyInclusion({ ...claim, proof })).toBe(false);
    for (const [hash] of flips([claim.leafHash])) {
      expect(verifyInclusion({ ...claim, leafHash: hash as Uint8Array })).toBe(false);
    }
    for (const [root] of flips([claim.root])) {
      expect(verifyInclusion({ ...claim, root: root as Uint8Array })).toBe(false);
    }
    for (let bit = 0; bit < 53; bit++) {
      const other = Number(BigInt(index) ^ (1n << BigInt(bit)));
      expect(verifyInclusion({ ...claim, index: other })).toBe(false);
    }
  });

  it.each([
    [1, 2],
    [3, 7],
    [8, 13],
    [13, 40],
    [32, 40],
    [39, 40],
    [40, 40],
  ])('of a consistency proof (%i to %i) or its roots is seen', (size1, size2) => {
    const claim = consistencyOf(size1, size2);
    expect(verifyConsistency(claim)).toBe(true);
    for (const proof of flips(claim.proof)) expect(verifyConsistency({ ...claim, proof })).toBe(false);
    for (const [root] of flips([claim.root1])) {
      expect(verifyConsistency({ ...claim, root1: root as Uint8Array })).toBe(false);
    }
    for (const [root] of flips([claim.root2])) {
      expect(verifyConsistency({ ...claim, root2: root as Uint8Array })).toBe(false);
    }
  });
});

describe('a proof of the wrong length', () => {
  it('is refused, one hash too few, too many, or a million', () => {
    const [one, other] = [inclusionOf(5, 40), consistencyOf(5, 40)];
    const million = Array.from({ length: 1_000_000 }, () => one.root);
    for (const change of [
      (proof: readonly Uint8Array[]) => proof.slice(1),
      (proof: readonly Uint8Array[]) => proof.slice(0, -1),
      (proof: readonly Uint8Array[]) => [...proof, one.root],
      (proof: readonly Uint8Array[]) => [one.root, ...proof],
      () => [],
      () => million,
    ]) {
      expect(verifyInclusion({ ...one, proof: change(one.proof) })).toBe(false);
      expect(verifyConsistency({ ...other, proof: change(other.proof) })).toBe(false);
    }
  });

  it('is read for 55 hashes at most, whatever its length', () => {
    const [one, other] = [inclusionOf(5, 40), consistencyOf(5, 40)];
    const longest = 2 ** 53 - 1;
    let reads = 0;
    const proof = new Proxy(
      Array.from({ length: 1000 }, () => one.root),
      {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
    expect(verifyInclusion({ ...one, size: longest, proof })).toBe(false);
    expect(verifyConsistency({ ...other, size2: longest, proof })).toBe(false);
    expect(verifyConsistency({ ...other, size1: 8, proof })).toBe(false);
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(3 * 55);
  });

  it('is refused where the right one is empty', () => {
    const root = tree.root(1);
    expect(verifyInclusion({ ...inclusionOf(0, 1), proof: [root] })).toBe(false);
    expect(verifyConsistency({ ...consistencyOf(7, 7), proof: [root] })).toBe(false);
    expect(verifyConsistency({ ...consistencyOf(0, 7), proof: [root] })).toBe(false);
  });
});

const strange: readonly unknown[] = [
  undefined,
  null,
  true,
  '',
  'x'.repeat(32),
  -1,
  -0.5,
  0.5,
  2 ** 53,
  2 ** 64,
  Number.NaN,
  Infinity,
  5n,
  [],
  [null],
  [[]],
  {},
  { length: 32 },
  new Uint8Array(31),
  new Uint8Array(33),
  new Uint16Array(32),
  new ArrayBuffer(32),
  new Proxy(new Uint8Array(32), {}),
  Symbol('x'),
  (): number => 1,
];

describe('hostile input', () => {
  const throwing = {
    get size(): number {
      throw new Error('no');
    },
  };

  it('of any shape in any place gives false and does not throw', () => {
    const [one, other] = [inclusionOf(5, 40), consistencyOf(5, 40)];
    for (const value of [...strange, throwing]) {
      expect(verifyInclusion(value as never)).toBe(false);
      expect(verifyConsistency(value as never)).toBe(false);
      for (const key of Object.keys(one)) expect(verifyInclusion({ ...one, [key]: value })).toBe(false);
      for (const key of Object.keys(other)) expect(verifyConsistency({ ...other, [key]: value })).toBe(false);
      expect(verifyInclusion({ ...one, proof: [value, ...one.proof.slice(1)] as never })).toBe(false);
      expect(verifyConsistency({ ...other, proof: [value, ...other.proof.slice(1)] as never })).toBe(false);
    }
  });

  it('made up at random is never a proof', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const number = fc.oneof(fc.maxSafeNat(), fc.nat(100));
    const proof = fc.array(hash, { maxLength: 60 });
    fc.assert(
      fc.property(fc.record({ leafHash: hash, index: number, size: number, root: hash, proof }), (claim) => {
        expect(verifyInclusion(claim)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.record({ size1: number, size2: number, root1: hash, root2: hash, proof }), (claim) => {
        expect(verifyConsistency(claim)).toBe(false);
      }),
    );
  });

  it('an index at or beyond the size is refused', () => {
    for (const index of [40, 41, 2 ** 53 - 1]) expect(verifyInclusion({ ...inclusionOf(5, 40), index })).toBe(false);
  });

  it('the empty tree has one root only', () => {
    const zero = new Uint8Array(32);
    const [root1, root2] = [tree.root(0), tree.root(3)];
    expect(verifyConsistency({ size1: 0, size2: 0, root1: zero, root2: zero, proof: [] })).toBe(false);
    expect(verifyConsistency({ size1: 0, size2: 0, root1, root2: root1, proof: [] })).toBe(true);
    expect(verifyConsistency({ size1: 0, size2: 3, root1: zero, root2, proof: [] })).toBe(false);
  });
});

describe('trees of up to 2^53 - 1 leaves', () => {
  // All leaves are equal, so that each level has one hash.
  const levels = [leafHash(Uint8Array.of(7))];
  for (let level = 1; level < 53; level++) levels.push(rootOverTwice(levels[level - 1] as Uint8Array));
  const read = (level: number): Uint8Array => levels[level] as Uint8Array;
  const sizes = [2 ** 31, 2 ** 32 + 1, 2 ** 40 + 12_345, 2 ** 52, 2 ** 53 - 1];

  it.each(sizes)('%i leaves: inclusion', async (size) => {
    const root = await readRoot(size, read);
    for (const index of [0, 1, 2 ** 31 - 1, size - 2, size - 1]) {
      const proof = await proveInclusion({ index, size }, read);
      expect(proof.length).toBeLessThanOrEqual(53);
      const claim = { leafHash: levels[0] as Uint8Array, index, size, root, proof };
      expect(verifyInclusion(claim)).toBe(true);
      expect(verifyInclusion({ ...claim, leafHash: root })).toBe(false);
    }
  });

  it.each(sizes)('%i leaves: consistency', async (size2) => {
    const root2 = await readRoot(size2, read);
    for (const size1 of [1, 3, 2 ** 31 - 1, size2 - 1, size2]) {
      const root1 = await readRoot(size1, read);
      const proof = await proveConsistency({ size1, size2 }, read);
      expect(proof.length).toBeLessThanOrEqual(54);
      expect(verifyConsistency({ size1, size2, root1, root2, proof })).toBe(true);
      if (size1 < size2) expect(verifyConsistency({ size1, size2, root1: root2, root2, proof })).toBe(false);
    }
  });

  it('a builder refuses one leaf more', async () => {
    const size = 2 ** 53 - 1;
    const peaks = levels.toReversed().map((hash) => Buffer.from(hash).toString('hex'));
    const builder = createMerkleBuilder({ size, peaks });
    expect(builder.root()).toEqual(await readRoot(size, read));
    expect(() => builder.append(new Uint8Array())).toThrow(expect.objectContaining({ code: 'INVALID_TREE_POSITION' }));
  });
});

/** The hash over twice the same node. */
function rootOverTwice(hash: Uint8Array): Uint8Array {
  const builder = createMerkleBuilder();
  builder.appendHash(hash);
  builder.appendHash(hash);
  return builder.root();
}

describe('what can not be built', () => {
  const code = (expected: string): unknown => expect.objectContaining({ name: 'IntegrityError', code: expected });

  it('a leaf that is not bytes, and a hash that is not 32 bytes', async () => {
    expect(() => leafHash('text' as never)).toThrow(code('INVALID_INPUT'));
    expect(() => new MerkleTree().append('text' as never)).toThrow(code('INVALID_INPUT'));
    for (const hash of [new Uint8Array(31), 'a'.repeat(64), undefined]) {
      expect(() => new MerkleTree().appendHash(hash as never)).toThrow(code('INVALID_HASH'));
      expect(() => createMerkleBuilder().appendHash(hash as never)).toThrow(code('INVALID_HASH'));
      await expect(proveInclusion({ index: 0, size: 2 }, () => hash as never)).rejects.toThrow(code('INVALID_HASH'));
    }
  });

  it.each([-1, 40, 0.5, Number.NaN, 2 ** 53])('a proof for leaf %d of 40', async (index) => {
    expect(() => tree.proveInclusion(index)).toThrow(code('INVALID_TREE_POSITION'));
    await expect(proveInclusion({ index, size: 40 }, () => tree.root())).rejects.toThrow(code('INVALID_TREE_POSITION'));
  });

  it.each([-1, 41, 0.5, Number.NaN])('a proof or root for %d leaves out of 40', async (size) => {
    expect(() => tree.root(size)).toThrow(code('INVALID_TREE_POSITION'));
    expect(() => tree.proveInclusion(0, size)).toThrow(code('INVALID_TREE_POSITION'));
    expect(() => tree.proveConsistency(size)).toThrow(code('INVALID_TREE_POSITION'));
    expect(() => tree.proveConsistency(0, size)).toThrow(code('INVALID_TREE_POSITION'));
    if (size === 41) return;
    await expect(readRoot(size, () => tree.root())).rejects.toThrow(code('INVALID_TREE_POSITION'));
    const sizes = { size1: 0, size2: size };
    await expect(proveConsistency(sizes, () => tree.root())).rejects.toThrow(code('INVALID_TREE_POSITION'));
  });

  it.each([
    ['no size', { peaks: [] }],
    ['a negative size', { size: -1, peaks: [] }],
    ['too few peaks', { size: 3, peaks: ['00'.repeat(32)] }],
    ['too many peaks', { size: 1, peaks: ['00'.repeat(32), '00'.repeat(32)] }],
    ['a short peak', { size: 1, peaks: ['00'.repeat(31)] }],
    ['a peak that is no text', { size: 1, peaks: [7] }],
    ['a peak that is not hexadecimal', { size: 1, peaks: ['0g'.repeat(32)] }],
    ['no peaks', { size: 0 }],
  ])('a builder that goes on from %s', (_, state) => {
    expect(() => createMerkleBuilder(state as never)).toThrow(code('INVALID_MERKLE_STATE'));
  });

  it('a tree whose hashes change once they are in', () => {
    const hash = leafHash(Uint8Array.of(1));
    const [kept, builder] = [new MerkleTree(), createMerkleBuilder()];
    kept.appendHash(hash);
    builder.appendHash(hash);
    hash.fill(0);
    kept.root().fill(0);
    builder.root().fill(0);
    expect(kept.root()).toEqual(leafHash(Uint8Array.of(1)));
    expect(builder.root()).toEqual(leafHash(Uint8Array.of(1)));
  });
});
