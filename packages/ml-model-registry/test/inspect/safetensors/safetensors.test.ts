import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { joined, u64 } from '../../support/bytes.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly number[];
}

const weight: Entry = { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] };
const bias: Entry = { dtype: 'BF16', shape: [3], data_offsets: [24, 30] };

function file(header: string, data = 30): Uint8Array {
  return joined(u64(Buffer.byteLength(header)), header, new Uint8Array(data));
}

function withTensors(tensors: Readonly<Record<string, unknown>>, data?: number): Uint8Array {
  return file(JSON.stringify(tensors), data);
}

const sound = withTensors({ __metadata__: { format: 'pt', licence: 'MIT' }, weight, bias });

describe('a sound file', () => {
  it('is clean, with its tensors, parameters and framework', async () => {
    const found = await inspectModel(sound, { name: 'price.safetensors' });
    const start = sound.length - 30;
    expect(found).toEqual({
      format: 'safetensors',
      verdict: 'clean',
      findings: [],
      findingCount: 0,
      framework: { name: 'pytorch' },
      metadata: { format: 'pt', licence: 'MIT' },
      inputs: [],
      outputs: [],
      parameters: 9,
      tensors: [
        { name: 'weight', type: 'f32', shape: [2, 3], offset: start, bytes: 24 },
        { name: 'bias', type: 'bf16', shape: [3], offset: start + 24, bytes: 6 },
      ],
      size: sound.length,
    });
  });

  it('may have tensors without elements, and space after its header', async () => {
    const empty = { dtype: 'F32', shape: [0, 4], data_offsets: [0, 0] };
    const found = await inspectModel(file(`${JSON.stringify({ empty, weight })}   `, 24));
    expect([found.verdict, found.parameters]).toEqual(['clean', 6]);
  });

  it('with another name is suspicious', async () => {
    const { verdict, findings } = await inspectModel(sound, { name: 'price.h5' });
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['suspicious', ['NAME_MISMATCH']]);
  });
});

const broken: readonly (readonly [what: string, bytes: Uint8Array, code: string])[] = [
  ['a hole between tensors', withTensors({ weight, bias: { ...bias, data_offsets: [26, 32] } }, 32), 'HIDDEN_BYTES'],
  ['bytes after the last tensor', withTensors({ weight, bias }, 31), 'HIDDEN_BYTES'],
  ['tensors over each other', withTensors({ weight, bias: { ...bias, data_offsets: [22, 28] } }, 28), 'MALFORMED'],
  ['a tensor behind the end', withTensors({ weight, bias }, 29), 'TRUNCATED'],
  ['a tensor twice', file(`{"a":${JSON.stringify(weight)},"a":${JSON.stringify(weight)}}`, 24), 'MALFORMED'],
  ['a size that is not that of the shape', withTensors({ weight: { ...weight, shape: [2, 4] } }, 24), 'MALFORMED'],
  ['a type that is none', withTensors({ weight: { ...weight, dtype: 'OBJECT' } }, 24), 'MALFORMED'],
  ['places in the wrong order', withTensors({ weight: { ...weight, data_offsets: [24, 0] } }, 24), 'MALFORMED'],
  ['a place that is no number', withTensors({ weight: { ...weight, data_offsets: ['0', 24] } }, 24), 'MALFORMED'],
  ['a place below zero', withTensors({ weight: { ...weight, data_offsets: [-24, 0] } }, 24), 'MALFORMED'],
  ['metadata that is no text', withTensors({ __metadata__: { a: 1 }, weight, bias }), 'MALFORMED'],
  ['a header that is longer than the file', joined(u64(1000), '{"a":1}'), 'TRUNCATED'],
  ['a header that is no JSON', file('{"a":nope}', 0), 'MALFORMED'],
  ['more nesting than anyone needs', file(`{"a":${'['.repeat(200)}`, 0), 'LIMIT_EXCEEDED'],
  ['a header of more than 100 MB', joined(u64(100_000_001), '{"', new Uint8Array(100)), 'LIMIT_EXCEEDED'],
];

describe('a broken file', () => {
  it.each(broken)('with %s is never clean', async (_what, bytes, code) => {
    const { verdict, findings } = await inspectModel(bytes);
    expect([verdict, findings.map((found) => found.code)]).toEqual([
      code === 'LIMIT_EXCEEDED' ? 'unknown' : 'suspicious',
      [code],
    ]);
  });

  it('tells the place of what is wrong', async () => {
    const { findings } = await inspectModel(withTensors({ weight, bias }, 31));
    expect(findings[0]?.offset).toBe(withTensors({ weight, bias }).length);
  });

  it('that was cut at any byte is never clean', async () => {
    for (let length = 0; length < sound.length; length += 1) {
      const { verdict } = await inspectModel(sound.subarray(0, length));
      expect([length, verdict]).not.toEqual([length, 'clean']);
    }
  });

  it('with any other bytes gives a verdict and never throws', async () => {
    const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(sound);
        for (const [at, value] of places) bytes[at] = value;
        expect(['clean', 'unknown', 'suspicious']).toContain((await inspectModel(bytes)).verdict);
      }),
    );
  });
});
