import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { beforeAll, describe, expect, it } from 'vitest';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import type { WeightsDiff } from '../../src/weights/weights-diff.ts';
import { floats, safetensorsOf, type Tensor } from '../support/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'weights-'));
let registry: ModelRegistry;

beforeAll(async () => {
  const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
  registry = createModelRegistry({ storage: memoryStore(), repository, accept: 'unknown' });
});

async function add(model: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, model);
  writeFileSync(path, bytes);
  await registry.add(model, path, { change: 'fix' });
}

async function diff(model: string): Promise<WeightsDiff | undefined> {
  return (await registry.diff(model, '1.0.0', 'latest', { weights: true })).weights;
}

const bytesOf = (values: Float64Array | BigInt64Array | Uint16Array): Uint8Array => new Uint8Array(values.buffer);

describe('the weights of two versions', () => {
  it('are compared tensor by tensor, wherever these lie, and those that moved most come first', async () => {
    const still = floats([1, 2, 3]);
    const large = Array.from({ length: 400_000 }, (_, index) => index % 7);
    await add(
      'price',
      safetensorsOf({ still, a: floats([3, 4]), large: floats(large), gone: floats([1]), b: floats([1, 1]) }),
    );
    const moved = large.map((value, index) => (index === 399_999 ? value + 2 : value));
    const shape: Tensor = { ...floats([1, 1]), shape: [2, 1] };
    await add('price', safetensorsOf({ large: floats(moved), b: shape, a: floats([0, 0]), fresh: floats([1]), still }));
    const weights = await diff('price');
    const norm = Math.hypot(...Array.from({ length: 7 }, (_, value) => value));
    expect(weights).toMatchObject({
      by: 'tensors',
      same: 1,
      moved: [
        { name: 'a', movement: { elements: 2, changed: 2, distance: 5, relative: 1, largest: 4, notFinite: 0 } },
        { name: 'large', movement: { changed: 1, distance: 2, largest: 2 } },
      ],
      reshaped: [
        { name: 'gone', before: 'f32 [1]' },
        { name: 'b', before: 'f32 [2]', after: 'f32 [2, 1]' },
        { name: 'fresh', after: 'f32 [1]' },
      ],
    });
    expect(weights?.moved[1]?.movement?.relative).toBeCloseTo(2 / (norm * Math.sqrt(400_000 / 7)), 6);
    expect(weights?.total?.distance).toBeCloseTo(Math.hypot(5, 2), 12);
    expect((await registry.diff('price', 'latest', '1.0.1', { weights: true })).weights).toMatchObject({
      same: 5,
      moved: [],
    });
    expect(await registry.diff('price', '1.0.0', 'latest')).not.toHaveProperty('weights');
  });

  it('are numbers of their types; what is none of these is the same or not', async () => {
    const of = (dtype: string, count: number, bytes: Uint8Array): Tensor => ({ dtype, shape: [count], bytes });
    const tensors = (sign: number): Readonly<Record<string, Tensor>> => ({
      f64: of('F64', 2, bytesOf(Float64Array.of(1, sign * 1e300))),
      i64: of('I64', 1, bytesOf(BigInt64Array.of(BigInt(sign) * 4n))),
      // 1, 2^-24 and infinity as halves; 1 and -2 as bfloat16.
      f16: of('F16', 3, bytesOf(Uint16Array.of(0x3c00, sign > 0 ? 1 : 0x8001, sign > 0 ? 0x7c00 : 0xfc00))),
      bf16: of('BF16', 2, bytesOf(Uint16Array.of(0x3f80, sign > 0 ? 0xc000 : 0x4000))),
      i8: of('I8', 2, Uint8Array.of(1, sign > 0 ? 2 : 0xfe)),
      f8: of('F8_E4M3', 2, Uint8Array.of(1, sign > 0 ? 2 : 3)),
      nan: floats([Number.NaN, sign]),
    });
    await add('types', safetensorsOf(tensors(1)));
    await add('types', safetensorsOf(tensors(-1)));
    const moved = new Map((await diff('types'))?.moved.map((each) => [each.name, each]));
    expect(moved.get('f64')?.movement).toMatchObject({ changed: 1, largest: 2e300 });
    expect(moved.get('i64')?.movement).toMatchObject({ distance: 8, relative: 2 });
    expect(moved.get('f16')?.movement).toMatchObject({ changed: 2, notFinite: 1, largest: 2 ** -23 });
    expect(moved.get('bf16')?.movement).toMatchObject({ distance: 4, changed: 1 });
    expect(moved.get('i8')?.movement).toMatchObject({ distance: 4, elements: 2 });
    expect(moved.get('nan')?.movement).toMatchObject({ changed: 1, notFinite: 0, relative: 2 });
    expect(moved.get('f8')).toMatchObject({ changedBytes: 1 });
    expect(moved.get('f8')).not.toHaveProperty('movement');
  });

  it('of GGUF are compared, too; quantised ones by their bytes', async () => {
    await add('chat', gguf(Uint8Array.of(0, 0, 128, 63), 1));
    await add('chat', gguf(Uint8Array.of(0, 0, 0, 64), 2));
    expect(await diff('chat')).toMatchObject({
      by: 'tensors',
      moved: [
        { name: 'f', type: 'f32', movement: { distance: 1, relative: 1 } },
        { name: 'q', type: 'q8_0', changedBytes: 34 },
      ],
    });
  });

  it('of other formats are compared by digest alone, and that is said', async () => {
    for (const text of ['one', 'two']) await add('text', Buffer.from(text));
    expect(await diff('text')).toMatchObject({ by: 'digest', note: expect.stringContaining('unknown') as string });
  });
});

/** A GGUF file with a float and a block of 32 quantised numbers. */
function gguf(float: Uint8Array, fill: number): Uint8Array {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(0)]);
  const tensor = (name: string, size: number, type: number, offset: number): Buffer =>
    Buffer.concat([u64(name.length), Buffer.from(name), u32(1), u64(size), u32(type), u64(offset)]);
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(2),
    u64(0),
    tensor('f', 1, 0, 0),
    tensor('q', 32, 8, 32),
  ]);
  const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
  return Buffer.concat([padded(head), padded(float), padded(Buffer.alloc(34, fill))]);
}
