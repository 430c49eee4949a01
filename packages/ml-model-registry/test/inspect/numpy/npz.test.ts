import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { fixture } from '../../support/fixture.ts';
import { zipOf } from '../../support/zip.ts';

const floats = fixture('numpy/floats.npy');

describe('arrays that NumPy has made', () => {
  it('are clean, and those that are stored as they are have their places in the file', async () => {
    const file = fixture('numpy/plain.npz');
    const { format, verdict, findings, tensors, parameters, framework } = await inspectModel(file, { name: 'w.npz' });
    expect([format, verdict, findings, parameters]).toEqual(['npz', 'clean', [], 13]);
    expect(framework).toEqual({ name: 'numpy' });
    expect(tensors.map(({ name, type, shape }) => [name, type, shape])).toEqual([
      ['floats', 'float32', [2, 3]],
      ['fortran', 'float64', [2, 3]],
      ['scalar', 'int64', []],
      ['records', 'structured', [1]],
    ]);
    const { offset = 0, bytes = 0 } = tensors[0] ?? {};
    expect(file.subarray(offset, offset + bytes)).toEqual(floats.subarray(-24));
  });

  it('are clean when compressed, and have no places', async () => {
    const { verdict, findings, tensors } = await inspectModel(fixture('numpy/compressed.npz'));
    expect([verdict, findings]).toEqual(['clean', []]);
    expect(tensors[0]).toEqual({ name: 'floats', type: 'float32', shape: [2, 3], bytes: 24 });
    expect(tensors.at(-1)).toMatchObject({ name: 'wide', type: 'structured', bytes: 2200 });
  });

  it('are clean when only a part of them may be held in memory', async () => {
    const header = Buffer.from(floats.subarray(0, 128));
    header.write("'shape': (2000, 1000)}", header.indexOf("'shape'"));
    const content = Buffer.concat([header, new Uint8Array(8_000_000)]);
    const file = zipOf([{ name: 'large.npy', content, deflate: true }]);
    const found = await inspectModel(file, { limits: { held: 100_000 } });
    expect([found.verdict, found.parameters, found.findings]).toEqual(['clean', 2_000_000, []]);
  });

  it('are known as such when there are very many of them', async () => {
    const members = Array.from({ length: 400 }, (_, i) => ({ name: `${'x'.repeat(5000)}${i}.npy`, content: floats }));
    const { format, verdict, tensors } = await inspectModel(zipOf(members));
    expect([format, verdict, tensors.length]).toEqual(['npz', 'clean', 400]);
  });

  it('of objects are told by the name of the array', async () => {
    const { findings } = await inspectModel(fixture('numpy/objects.npz'));
    expect(findings[0]).toMatchObject({ code: 'NPY_OBJECTS', part: 'objects.npy' });
  });
});

const cut = floats.subarray(0, -1);

describe('arrays that are not as NumPy makes them', () => {
  it.each<readonly [string, Parameters<typeof zipOf>[0], string]>([
    ['an array that was cut', [{ name: 'a.npy', content: cut }], 'TRUNCATED'],
    ['an array that was cut and compressed', [{ name: 'a.npy', content: cut, deflate: true }], 'TRUNCATED'],
    ['an array that is none', [{ name: 'a.npy', content: 'no array' }], 'MALFORMED'],
    [
      'an array with another checksum',
      [{ name: 'a.npy', content: floats, deflate: true, both: { crc: 1 } }],
      'ZIP_CONTENT_MISMATCH',
    ],
    ['a name above it', [{ name: '../a.npy', content: floats }], 'ZIP_PATH_ESCAPE'],
  ])('with %s are never clean', async (_what, members, code) => {
    const { format, verdict, findings } = await inspectModel(zipOf(members));
    expect([format, findings.map((found) => found.code)]).toEqual(['npz', [code]]);
    expect(verdict).not.toBe('clean');
  });

  it('are all looked at when the first is broken', async () => {
    const broken = { name: 'a.npy', content: 'x', deflate: true, packed: Buffer.from('no') };
    const { findings } = await inspectModel(zipOf([broken, { name: 'b.npy', content: cut }]));
    expect(findings.map(({ code, part }) => [code, part])).toEqual([
      ['ZIP_CONTENT_MISMATCH', undefined],
      ['TRUNCATED', 'b.npy'],
    ]);
  });

  it('end with the budget for what is inflated', async () => {
    const content = Buffer.concat([floats, new Uint8Array(1_000_000)]);
    const members = Array.from({ length: 20 }, (_, i) => ({ name: `${i}.npy`, content, deflate: true }));
    const { verdict, findings } = await inspectModel(zipOf(members), { limits: { inflated: 3_500_000 } });
    expect(verdict).toBe('suspicious');
    expect(findings.map(({ code }) => code)).toEqual([
      ...Array.from({ length: 3 }, () => 'HIDDEN_BYTES'),
      'LIMIT_EXCEEDED',
      'LIMIT_EXCEEDED',
    ]);
  });

  const whole = fixture('numpy/compressed.npz');

  it('are never clean when cut at any byte', async () => {
    const plain = fixture('numpy/plain.npz');
    for (let length = 0; length < plain.length; length += 1)
      expect([length, (await inspectModel(plain.subarray(0, length))).verdict]).not.toEqual([length, 'clean']);
  });

  it('give a verdict and never throw with any other bytes', async () => {
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of places) bytes[at] = value;
        expect((await inspectModel(bytes)).verdict).toMatch(/^(?:clean|unknown|suspicious|malicious)$/);
      }),
    );
  });
});
