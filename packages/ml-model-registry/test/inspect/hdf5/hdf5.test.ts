import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../../tooling/thoroughness.ts';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined, u32, u64 } from '../../support/bytes.ts';
import { fixture } from '../../support/fixture.ts';

const kernel = Float32Array.of(0, 1, 2, 3, 4, 5);

/** Codes of what is found, each once, and the verdict. */
async function found(bytes: Uint8Array): Promise<readonly string[]> {
  const { verdict, findings, format } = await inspectModel(bytes);
  expect(format).toBe('hdf5');
  return [verdict, ...new Set(findings.map(({ code }) => code))];
}

/** A fixture in which some bytes were replaced by others, at the first or the last place that has them. */
function patched(
  name: string,
  change: { readonly from: Uint8Array; readonly to: Uint8Array; readonly last?: boolean; readonly skip?: number },
): Uint8Array {
  const bytes = Buffer.from(fixture(`hdf5/${name}.h5`));
  const at = change.last === true ? bytes.lastIndexOf(change.from) : bytes.indexOf(change.from);
  if (at === -1) throw new Error('Expected bytes to replace, got none');
  bytes.set(change.to, at + (change.skip ?? 0));
  return bytes;
}

describe('a file that h5py has made', () => {
  it.each([
    ['old', '0', 2432],
    ['new', '3', 2048],
  ])('in the %s format is clean, with its tensors and their places', async (name, version, offset) => {
    const bytes = fixture(`hdf5/${name}.h5`);
    const { verdict, findings, formatVersion, tensors, parameters } = await inspectModel(bytes, { name: 'w.h5' });
    expect([verdict, findings, formatVersion, parameters]).toEqual(['clean', [], version, 10]);
    expect(tensors.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'dense/bias', type: 'float16', shape: [3], offset: offset + 24, bytes: 6 },
      { name: 'dense/kernel', type: 'float32', shape: [2, 3], offset, bytes: 24 },
      { name: 'dense/step', type: 'int64', shape: [], offset: offset + 30, bytes: 8 },
    ]);
    expect(new Uint8Array(bytes.subarray(offset, offset + 24))).toEqual(new Uint8Array(kernel.buffer));
  });

  it('with chunks and filters is clean', async () => {
    const { verdict, tensors } = await inspectModel(fixture('hdf5/chunks.h5'));
    expect([verdict, tensors]).toEqual([
      'clean',
      [
        { name: 'unwritten', type: 'float32', shape: [4, 4] },
        { name: 'zipped', type: 'float32', shape: [2, 3] },
      ],
    ]);
  });

  it.each(['many', 'types', 'texts'])('with %s of them is clean', async (name) => {
    expect(await found(fixture(`hdf5/${name}.h5`))).toEqual(['clean']);
  });

  it('names the types of elements', async () => {
    const { tensors } = await inspectModel(fixture('hdf5/types.h5'));
    expect(tensors.map(({ name, type, bytes }) => [name, type, bytes])).toEqual([
      ['bool', 'bool', 2],
      ['complex', 'structured', 8],
      ['opaque', 'opaque', 4],
      ['records', 'structured', 18],
    ]);
  });

  it.each([
    ['dense', 'links and attributes in a fractal heap'],
    ['swmr', 'newer indices of chunks'],
    ['elsewhere', 'elements that are lists or references'],
    ['shared', 'a type that datasets share'],
  ])('%s has %s and can not be judged', async (name) => {
    expect(await found(fixture(`hdf5/${name}.h5`))).toEqual(['unknown', 'UNSUPPORTED']);
  });

  it('that reads other files is malicious', async () => {
    const { verdict, findings } = await inspectModel(fixture('hdf5/outside.h5'));
    expect([verdict, findings.map(({ code }) => code)]).toEqual([
      'malicious',
      ['HDF5_OTHER_FILES', 'HDF5_OTHER_FILES'],
    ]);
    expect(findings[0]?.message).toContain('"/etc/passwd"');
  });

  it('with anything before it is suspicious, and read all the same', async () => {
    expect(await found(fixture('hdf5/user.h5'))).toEqual(['suspicious', 'HIDDEN_BYTES']);
    expect((await inspectModel(fixture('hdf5/user.h5'))).tensors).toHaveLength(1);
  });
});

const place = joined(u64(2432), u64(24));

describe('a file that was changed', () => {
  const old = fixture('hdf5/old.h5');
  it.each<readonly [string, Uint8Array, string]>([
    ['bytes after its end', joined(old, 'more'), 'HIDDEN_BYTES'],
    ['an end that it says is later', patched('old', { from: u64(old.length), to: u64(old.length + 1) }), 'TRUNCATED'],
    ['elements after its end', patched('old', { from: place, to: u64(5300) }), 'TRUNCATED'],
    ['elements over others', patched('old', { from: place, to: u64(2440) }), 'HDF5_OVERLAP'],
    ['a size that is not that of the shape', patched('old', { from: place, to: u64(25), skip: 8 }), 'MALFORMED'],
    [
      'a shape of which nothing was written',
      patched('chunks', { from: joined(u64(4), u64(4)), to: u64(2 ** 40) }),
      'LIMIT_EXCEEDED',
    ],
    [
      'a filter that is a plugin',
      patched('chunks', { from: Buffer.from('deflate'), to: [0x77] as never, skip: -8 }),
      'HDF5_FILTER',
    ],
    ['a chunk that is empty', patched('chunks', { from: joined('TREE', [1]), to: u32(0), skip: 24 }), 'MALFORMED'],
    [
      'a tree that is its own child',
      patched('old', { from: joined('TREE', [0, 0]), to: [1] as never, skip: 5 }),
      'MALFORMED',
    ],
    ['a signature that is none', patched('old', { from: Buffer.from('SNOD'), to: Buffer.from('SNOW') }), 'MALFORMED'],
    ['a name with a slash', patched('old', { from: Buffer.from('kernel'), to: Buffer.from('ker/el') }), 'INVALID_TEXT'],
    [
      'a name that is no UTF-8',
      patched('old', { from: Buffer.from('kernel'), to: Buffer.from([0xff]) }),
      'INVALID_TEXT',
    ],
    [
      'another base address',
      patched('old', { from: joined(u64(0), u64(-1n & 0xffffffffffffffffn)), to: u64(8) }),
      'MALFORMED',
    ],
    [
      'another byte in a checked structure',
      patched('new', { from: Buffer.from('numbers'), to: Buffer.from('letters') }),
      'HDF5_CHECKSUM',
    ],
    [
      'the mark of a writer',
      patched('new', { from: Buffer.from([3, 8, 8, 0]), to: Buffer.from([3, 8, 8, 1]) }),
      'MALFORMED',
    ],
    [
      'a superblock of later times',
      patched('new', { from: Buffer.from([3, 8, 8]), to: Buffer.from([9]) }),
      'UNSUPPORTED',
    ],
    [
      'addresses of four bytes',
      patched('new', { from: Buffer.from([3, 8, 8]), to: Buffer.from([3, 4, 4]) }),
      'UNSUPPORTED',
    ],
    ['a text beyond its heap', patched('texts', { from: Buffer.from('GCOL'), to: u64(10_000), skip: 8 }), 'TRUNCATED'],
    [
      'a text whose object is gone',
      patched('texts', { from: Buffer.from('GCOL'), to: Buffer.from([99]), skip: 16 }),
      'MALFORMED',
    ],
  ])('with %s is never clean', async (_what, bytes, code) => {
    const [verdict, ...codes] = await found(bytes);
    expect(verdict).not.toBe('clean');
    expect(codes).toContain(code);
  });

  it('into a group that is in itself is walked to an end', async () => {
    const bytes = Buffer.from(old);
    const symbols = bytes.lastIndexOf('SNOD') + 8;
    const root = bytes.readBigUInt64LE(64);
    bytes.writeBigUInt64LE(root, symbols + 8);
    expect((await inspectModel(old)).tensors).toHaveLength(3);
    expect((await inspectModel(bytes)).tensors).toHaveLength(2);
  });

  it('into a tree that has a node twice is walked once', async () => {
    const bytes = Buffer.from(fixture('hdf5/many.h5'));
    const root = bytes.indexOf('TREE');
    const other = bytes.indexOf('TREE', root + 1);
    bytes.writeUInt8(1, root + 5);
    for (const child of [32, 48]) bytes.writeBigUInt64LE(BigInt(other), root + child);
    const { findings } = await inspectModel(bytes);
    expect(findings.map(({ code, offset }) => [code, offset])).toEqual([['MALFORMED', other]]);
  });

  it('is not walked deeper than the limit', async () => {
    const { verdict, findings } = await inspectModel(old, { limits: { depth: 1 } });
    expect([verdict, findings[0]?.code]).toEqual(['unknown', 'LIMIT_EXCEEDED']);
  });

  it('is not walked longer than the limit', async () => {
    const { verdict, findings } = await inspectModel(old, { limits: { steps: 20 } });
    expect([verdict, findings.at(-1)?.code]).toEqual(['unknown', 'LIMIT_EXCEEDED']);
  });

  it.each(['old', 'new', 'texts'])('by a cut at any byte is never clean: %s', async (name) => {
    const whole = fixture(`hdf5/${name}.h5`);
    for (let length = 0; length < whole.length; length += IS_THOROUGH || length < 1000 ? 1 : 7)
      expect([length, (await inspectModel(whole.subarray(0, length))).verdict]).not.toEqual([length, 'clean']);
  });

  it.each(['old', 'new', 'texts', 'chunks', 'types'])(
    'at random gives a verdict and never throws: %s',
    async (name) => {
      const whole = fixture(`hdf5/${name}.h5`);
      const used = [...whole.keys()].filter((at) => whole[at] !== 0 || whole[at - 1] !== 0);
      const changes = fc.array(fc.tuple(fc.nat(used.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(changes, async (places) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of places) bytes[used[at] ?? 0] = value;
          const { verdict } = await inspectModel(bytes, { limits: { steps: 1_000_000 } });
          expect(verdict).toMatch(/^(?:clean|unknown|suspicious|malicious)$/);
        }),
        { numRuns: IS_THOROUGH ? 20_000 : 300 },
      );
    },
  );
});
