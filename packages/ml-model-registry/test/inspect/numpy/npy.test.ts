import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined } from '../../support/bytes.ts';
import { fixture } from '../../support/fixture.ts';

/** An array of version 1, by its header and the number of bytes of its elements. */
function array(header: string, data = 0, version = [1, 0]): Uint8Array {
  const length = [header.length & 0xff, header.length >> 8];
  return joined([0x93], 'NUMPY', version, length, version[0] === 1 ? [] : [0, 0], header, new Uint8Array(data));
}

function of(descr: string, shape = '(1,)', data = 0): Uint8Array {
  return array(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`, data);
}

const sound: readonly (readonly [
  name: string,
  version: string,
  type: string,
  shape: readonly number[],
  bytes: number,
])[] = [
  ['floats', '1.0', 'float32', [2, 3], 24],
  ['fortran', '1.0', 'float64', [2, 3], 48],
  ['scalar', '1.0', 'int64', [], 8],
  ['empty', '1.0', 'bool', [0, 4], 0],
  ['texts', '1.0', 'u3', [2], 24],
  ['times', '1.0', 'm8[ns]', [1], 8],
  ['records', '1.0', 'structured', [1], 10],
  ['nested', '1.0', 'structured', [2], 12],
  ['aligned', '1.0', 'structured', [2], 32],
  ['unicode', '3.0', 'structured', [1], 4],
];

describe('an array that NumPy has made', () => {
  it.each(sound)('%s is clean, with version, type, shape and size', async (name, version, type, shape, bytes) => {
    const file = fixture(`numpy/${name}.npy`);
    const { format, formatVersion, verdict, findings, tensors } = await inspectModel(file, { name: 'a.npy' });
    expect([format, formatVersion, verdict, findings]).toEqual(['npy', version, 'clean', []]);
    expect(tensors).toEqual([{ name: 'array', type, shape, offset: file.length - bytes, bytes }]);
  });

  it('of objects is a pickle, and what is not known to be harmless in it is not clean', async () => {
    const { findings } = await inspectModel(fixture('numpy/objects.npy'));
    expect(findings[0]).toMatchObject({ code: 'NPY_OBJECTS', severity: 'note', offset: 128 });
    const { verdict } = await inspectModel(of("'|O'", '(1,)', 8));
    expect(verdict).not.toBe('clean');
    expect((await inspectModel(of("[('a', '<f4'), ('b', '|O')]", '(1,)', 12))).verdict).not.toBe('clean');
  });

  it('has an element type for each that NumPy stores', async () => {
    const types = { '<f2': 2, '>c16': 16, '|u1': 1, '<U5': 20, '|S5': 5, '|V3': 3, '<m8[25s]': 8, '|b1': 1, '|S0': 0 };
    for (const [descr, bytes] of Object.entries(types))
      expect([descr, (await inspectModel(of(`'${descr}'`, '(1,)', bytes))).verdict]).toEqual([descr, 'clean']);
  });
});

describe('a broken array', () => {
  it.each<readonly [string, Uint8Array, string]>([
    ['fewer elements than its shape', of("'<f4'", '(2, 3)', 23), 'TRUNCATED'],
    ['more bytes than its shape', of("'<f4'", '(2, 3)', 25), 'HIDDEN_BYTES'],
    ['a shape that is larger than any file', of("'<f4'", '(9007199254740991, 9007199254740991)', 4), 'TRUNCATED'],
    ['a size below zero', of("'<f4'", '(-1,)', 4), 'MALFORMED'],
    ['a shape that is no tuple', of("'<f4'", '3', 12), 'MALFORMED'],
    ['a shape in brackets', of("'<f4'", '(3)', 12), 'MALFORMED'],
    ['a type that is none', of("'<x4'", '(1,)', 4), 'MALFORMED'],
    ['a number of a size that is none', of("'<f3'", '(1,)', 3), 'MALFORMED'],
    ['a number with a unit', of("'<f4[s]'", '(1,)', 4), 'MALFORMED'],
    ['a field without a type', of("[('a',)]", '(1,)', 4), 'MALFORMED'],
    ['a field whose name is a number', of("[(1, '<f4')]", '(1,)', 4), 'MALFORMED'],
    ['a call', of("__import__('os').system('true')", '(1,)', 4), 'MALFORMED'],
    ['a call after the header', array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}.x()", 4), 'MALFORMED'],
    ['a sum', of("'<f4'", '(1+1,)', 8), 'MALFORMED'],
    ['a text that is formatted', of("f'<f4'", '(1,)', 4), 'MALFORMED'],
    ['a key more', array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", 4), 'MALFORMED'],
    ['a key twice', array("{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 4), 'MALFORMED'],
    ['text after its header', array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} # no\n", 4), 'MALFORMED'],
    ['two values without a comma', of("'<f4'", '(1 2)', 4), 'MALFORMED'],
    ['more nesting than anyone needs', of('['.repeat(200)), 'LIMIT_EXCEEDED'],
    ['a version of later times', array('{}', 0, [4, 0]), 'UNSUPPORTED'],
    ['a name that is no UTF-8', joined([0x93], 'NUMPY', [3, 0, 1, 0, 0, 0, 0xff]), 'INVALID_TEXT'],
    ['a header of a gigabyte', joined([0x93], 'NUMPY', [2, 0, 0, 0, 0, 0x40]), 'LIMIT_EXCEEDED'],
  ])('with %s is never clean', async (_what, bytes, code) => {
    const { verdict, findings } = await inspectModel(bytes);
    expect(verdict).not.toBe('clean');
    expect(findings.map((found) => found.code)).toEqual([code]);
  });

  const records = fixture('numpy/records.npy');

  it('that was cut at any byte is never clean', async () => {
    for (let length = 0; length < records.length; length += 1)
      expect([length, (await inspectModel(records.subarray(0, length))).verdict]).not.toEqual([length, 'clean']);
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const changes = fc.array(fc.tuple(fc.nat(records.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(records);
        for (const [at, value] of places) bytes[at] = value;
        expect((await inspectModel(bytes)).verdict).toMatch(/^(?:clean|unknown|suspicious|malicious)$/);
      }),
    );
  });
});
