import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';

const sample = (file: string): Buffer => readFileSync(new URL(`../../fixtures/pickle/${file}`, import.meta.url));
const legacy = sample('legacy.pt');

const codesOf = async (bytes: Uint8Array): Promise<readonly unknown[]> => {
  const { verdict, findings } = await inspectModel(bytes, { name: 'm.pt' });
  return [verdict, ...findings.map(({ code }) => code)];
};

/** The sample with some bytes written over others. */
function changed(from: string | Uint8Array, to: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(legacy);
  const at = bytes.indexOf(from);
  expect(at).toBeGreaterThan(0);
  Buffer.from(to as string).copy(bytes, at);
  return bytes;
}

describe('a file of PyTorch before 1.6', () => {
  it('is clean, with its tensors and where their numbers are', async () => {
    const { format, formatVersion, framework, verdict, findings, tensors, parameters } = await inspectModel(legacy, {
      name: 'm.pt',
    });
    expect({ format, formatVersion, framework, verdict, findings, parameters }).toEqual({
      format: 'pytorch-legacy',
      formatVersion: '1001',
      framework: { name: 'pytorch' },
      verdict: 'clean',
      findings: [],
      parameters: 22,
    });
    expect(tensors.map(({ name, type, shape, bytes }) => [name, type, shape, bytes])).toEqual([
      ['0.weight', 'float32', [3, 2], 24],
      ['0.bias', 'float32', [3], 12],
      ['1.weight', 'float32', [3], 12],
      ['1.bias', 'float32', [3], 12],
      ['1.running_mean', 'float32', [3], 12],
      ['1.running_var', 'float32', [3], 12],
      ['1.num_batches_tracked', 'int64', [], 8],
    ]);
    const scale = tensors.find(({ name }) => name === '1.weight');
    expect([0, 4, 8].map((at) => legacy.readFloatLE((scale?.offset ?? 0) + at))).toEqual([1, 1, 1]);
  });

  it('may be a checkpoint with dicts in each other', async () => {
    const { verdict, tensors } = await inspectModel(sample('legacy-checkpoint.pt'), { name: 'm.pth' });
    expect([verdict, tensors.map(({ name }) => name)]).toEqual([
      'clean',
      [
        'model.0.weight',
        'model.0.bias',
        'model.1.weight',
        'model.1.bias',
        'model.1.running_mean',
        'model.1.running_var',
        'model.1.num_batches_tracked',
        'half',
      ],
    ]);
  });

  it('is clean at no length when it is cut', async () => {
    for (let length = 0; length < legacy.length; length += 1)
      expect((await inspectModel(legacy.subarray(0, length))).verdict).not.toBe('clean');
  });

  it('with more after its storages has hidden bytes', async () => {
    expect(await codesOf(Buffer.concat([legacy, Buffer.from('x')]))).toEqual(['suspicious', 'HIDDEN_BYTES']);
  });

  it('of another version is unknown', async () => {
    expect(await codesOf(changed(Uint8Array.of(0x4d, 0xe9, 0x03), Uint8Array.of(0x4d, 0xea, 0x03)))).toEqual([
      'unknown',
      'UNSUPPORTED',
    ]);
  });

  it('that names what is dangerous instead of a tensor is malicious', async () => {
    const [verdict, ...codes] = await codesOf(
      changed('ctorch._utils\n_rebuild_tensor_v2\n', 'cposix\nsystem\n(N(N(N(N(N(N(N(N\n'),
    );
    expect([verdict, codes[0]]).toEqual(['malicious', 'PICKLE_DANGEROUS_NAME']);
  });

  it('with a tensor that reaches out of its storage is suspicious', async () => {
    // The shape (3, 2) of the first tensor, and its strides (2, 1).
    expect(
      await codesOf(changed(Uint8Array.of(0x4b, 3, 0x4b, 2, 0x86), Uint8Array.of(0x4b, 9, 0x4b, 2, 0x86))),
    ).toEqual(['suspicious', 'MALFORMED']);
  });

  it('whose storage has another count than its tensors say is suspicious', async () => {
    const bytes = Buffer.from(legacy);
    const { tensors } = await inspectModel(legacy);
    const first = Math.min(...tensors.map(({ offset = 0 }) => offset));
    bytes.writeUInt8((bytes[first - 8] ?? 0) + 1, first - 8);
    const { verdict, findings } = await inspectModel(bytes);
    expect(verdict).toBe('suspicious');
    expect(findings[0]?.message).toMatch(/^Expected \d+ numbers in storage "\d+", got \d+$/);
    expect(findings[0]?.offset).toBe(first - 8);
  });
});
