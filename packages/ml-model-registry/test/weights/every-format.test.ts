import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { beforeAll, describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import type { TensorValues } from '../../src/inspect/tensor-values.ts';
import { plainPair } from '../../src/weights/plain-pair.ts';
import type { WeightsDiff } from '../../src/weights/weights-diff.ts';
import { fixture } from '../support/fixture.ts';
import { floats, safetensorsOf } from '../support/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
let registry: ModelRegistry;

beforeAll(async () => {
  const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
  registry = createModelRegistry({ storage: memoryStore(), repository, accept: 'suspicious' });
});

async function diffOf(model: string, name: string, files: readonly Uint8Array[]): Promise<WeightsDiff | undefined> {
  for (const [index, bytes] of files.entries()) {
    const path = join(folder, `${index}${name}`);
    writeFileSync(path, bytes);
    await registry.add(model, path, { change: 'fix' });
  }
  return (await registry.diff(model, '1.0.0', 'latest', { weights: true })).weights;
}

const pair = (ending: string): readonly Uint8Array[] =>
  ['before', 'after'].map((step) => fixture(`weights/${step}${ending}`));

/** `w` went 3 and -4 on two of its twelve numbers, which were 0 to 11. */
const far = { elements: 12, changed: 2, distance: 5, largest: 4, relative: 5 / Math.sqrt(506), notFinite: 0 };

interface Expected {
  readonly moved: readonly string[];
  readonly same: number;
  readonly reshaped?: readonly string[];
  readonly unknown?: Readonly<Record<string, string>>;
}

const shape = ['shape'];

describe('the weights of two files of', () => {
  it.each<readonly [ending: string, expected: Expected]>([
    ['.pt', { moved: ['w', 'half', 'column'], same: 2, reshaped: shape }],
    ['-deflated.pt', { moved: ['w', 'half', 'column'], same: 2, reshaped: shape }],
    ['-legacy.pt', { moved: ['w', 'half', 'column'], same: 2, reshaped: shape }],
    ['.npy', { moved: ['array'], same: 0 }],
    ['.npz', { moved: ['w', 'words'], same: 2, reshaped: shape }],
    ['-deflated.npz', { moved: ['w', 'words'], same: 2, reshaped: shape }],
    ['.joblib', { moved: ['w', 'words'], same: 2, reshaped: shape, unknown: { objects: 'Python objects' } }],
    ['-zlib.joblib', { moved: ['w', 'words'], same: 2, reshaped: shape }],
    ['.onnx', { moved: ['w', 'fields', 'half', 'bytes', 'long'], same: 1, reshaped: shape }],
    [
      '.h5',
      {
        moved: ['w', 'whole', 'deep'],
        same: 2,
        reshaped: shape,
        unknown: { unwritten: 'never written', part: 'never written', lzf: 'filter 32000' },
      },
    ],
    ['-latest.h5', { moved: ['w', 'whole'], same: 0 }],
  ])('a%s are compared number by number', async (ending, expected) => {
    const model = `m${ending.replaceAll('.', '-')}`;
    const weights = await diffOf(model, ending, pair(ending));
    expect(weights).toMatchObject({ by: 'tensors', same: expected.same });
    const names = weights?.moved.map(({ name }) => name) ?? [];
    expect(names.toSorted()).toEqual(expected.moved.toSorted());
    expect(weights?.reshaped.map(({ name }) => name)).toEqual(expected.reshaped ?? []);
    const unknown = Object.fromEntries(weights?.unknown.map(({ name, reason }) => [name, reason]) ?? []);
    expect(Object.keys(unknown).toSorted()).toEqual(Object.keys(expected.unknown ?? {}).toSorted());
    for (const [name, reason] of Object.entries(expected.unknown ?? {})) expect(unknown[name]).toContain(reason);
    for (const { name, movement } of weights?.moved ?? []) {
      if (['w', 'whole', 'fields', 'half', 'array'].includes(name)) expect([name, movement]).toEqual([name, far]);
    }
  });

  it.each([['.keras'], ['.tflite']])('TensorFlow%s are compared, too', async (ending) => {
    const files = ['before', 'after'].map((step) => fixture(`tensorflow/${step}${ending}`));
    const weights = await diffOf(`tf${ending.replace('.', '-')}`, ending, files);
    expect(weights).toMatchObject({ by: 'tensors', reshaped: [], unknown: [] });
    expect(weights?.moved.map(({ movement }) => movement)).toEqual([far]);
  });

  it('different formats are compared, too, where they have the same names', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    const tensors = { w: { ...floats(numbers), shape: [3, 4] } };
    const [before] = pair('.pt');
    const weights = await diffOf('both', '', [before ?? new Uint8Array(0), safetensorsOf(tensors)]);
    expect(weights).toMatchObject({ by: 'tensors', same: 1, moved: [] });
    expect(weights?.reshaped).toHaveLength(5);
  });

  it('scikit-learn are compared array by array; what is not read to its end says so', async () => {
    const files = ['pickle/sklearn-linear.pkl', 'pickle/sklearn-linear-protocol-2.pkl'].map(fixture);
    const weights = await diffOf('linear', '.pkl', files);
    expect(weights?.by).toBe('tensors');
    expect(weights?.unknown.map(({ reason }) => reason)).toContain('its numbers are written as a text');
    const list = fixture('pickle/sklearn-forest.pkl');
    expect(await diffOf('forest', '.pkl', [list, Buffer.concat([list])])).toMatchObject({ moved: [] });
  });
});

describe('numbers in an order of their own', () => {
  const npy = (order: string, values: readonly number[]): Uint8Array => {
    const header = `{'descr': '<f8', 'fortran_order': ${order}, 'shape': (2, 3), }`.padEnd(117, ' ');
    const begin = Buffer.from('\u0093NUMPY\u0001\u0000\u0076\u0000', 'latin1');
    return Buffer.concat([begin, Buffer.from(`${header}\n`), Buffer.from(new Float64Array(values).buffer)]);
  };

  it('are put into that of the other side', async () => {
    const files = [npy('False', [1, 2, 3, 4, 5, 6]), npy('True', [1, 4, 2, 5, 3, 6])];
    expect(await diffOf('small', '.npy', files)).toMatchObject({ same: 1, moved: [] });
  });

  it('are compared as they lie when both have it, and not at all when they are too many to be held', () => {
    const each = 8;
    const bytes = 65_537 * 1024;
    const values = (strides: readonly number[] | undefined): TensorValues => ({
      bytes,
      read: () => {
        throw new Error('Nothing is to be read yet');
      },
      ...(strides === undefined ? {} : { order: { each, strides } }),
    });
    const sizes = [65_537, 128];
    const found = plainPair({ values: [values(undefined), values([1, 65_537])], shape: sizes, isNumber: true });
    expect(found).toContain('67108864 bytes');
    expect(() =>
      plainPair({ values: [values([1, 65_537]), values([1, 65_537])], shape: sizes, isNumber: true }),
    ).toThrow('yet');
  });
});
