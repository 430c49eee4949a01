import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { expect, it } from 'vitest';
import type { ModelRegistry, ModelRegistryOptions, RegistryEvent } from '../../src/registry/contract.ts';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import { dense, graph } from '../inspect/tensorflow/samples.ts';
import { joined, u32, u64 } from '../support/bytes.ts';
import { fixture } from '../support/fixture.ts';
import { file as gguf, text } from '../support/gguf.ts';
import { weightsFile } from '../support/registry.ts';
import { zipOf } from '../support/zip.ts';

const HUGE = 100_000_000_000;

/** The header of an array of so many bytes. */
const arrayHeader = `{'descr': '|u1', 'fortran_order': False, 'shape': (${HUGE},), }`.padEnd(117);
const nested = joined(text('a'), u32(9), ...Array.from({ length: 200 }, () => joined(u32(9), u64(1))));

/** What is not to become a version, with the code or words that say why. A size is that of a file that is a hole behind its bytes. */
const hostile: readonly (readonly [name: string, bytes: Uint8Array, why: string, size?: number])[] = [
  ['cut.safetensors', weightsFile(1).subarray(0, -1), 'TRUNCATED'],
  ['cut.keras', fixture('keras/mlp.keras').subarray(0, 2000), 'clean at worst'],
  ['two.pb', joined(graph(dense), zipOf([{ name: 'a', content: 'b' }])), 'POLYGLOT'],
  ['other.onnx', weightsFile(1), 'NAME_MISMATCH'],
  ['runs.pkl', Buffer.from("cos\nsystem\n(S'true'\ntR."), 'PICKLE_DANGEROUS_NAME at 0'],
  ['bomb.npz', zipOf([{ name: 'a.npy' }, { name: 'b.npy', central: { at: 0 } }]), 'ZIP_'],
  ['deep.gguf', gguf({ keys: [nested] }), 'LIMIT_EXCEEDED'],
  ['none.bin', new Uint8Array(100_000), 'FORMAT_UNKNOWN'],
  ['empty.onnx', new Uint8Array(0), 'FORMAT_UNKNOWN'],
  ['hole.safetensors', weightsFile(1), 'at most 68719476736 bytes, got 100000000000', HUGE],
  // All of it is as the format says.
  ['zeros.npy', joined([0x93], 'NUMPY', [1, 0, 118, 0], arrayHeader, '\n'), 'at most 68719476736 bytes', HUGE + 128],
];

it('what is cut, disguised, a bomb, nearly all hole or would run something leaves a registry as it was', async () => {
  const [folder, storage] = [mkdtempSync(join(tmpdir(), 'hostile-')), memoryStore()];
  const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
  const events: RegistryEvent[] = [];
  const open = (options: Partial<ModelRegistryOptions> = {}): ModelRegistry =>
    createModelRegistry({ storage, repository, onEvent: (event) => events.push(event), ...options });
  const registry = open();
  const written = (name: string, bytes: Uint8Array, size = bytes.length): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    truncateSync(path, size);
    return path;
  };
  await registry.add('price', written('good.safetensors', weightsFile(1)), { change: 'fix' });
  const all = async (): Promise<unknown> => [
    // What was refused is written down.
    (await storage.list('', { limit: 1000 })).objects.filter(({ key }) => !key.includes('/audit/')),
    await repository.snapshots(),
    await registry.models(),
  ];
  const before = await all();
  events.length = 0;
  for (const [name, bytes, why, size] of hostile) {
    const adding = registry.add(name === 'empty.onnx' ? 'other' : 'price', written(name, bytes, size), {
      change: 'fix',
    });
    await expect(adding, name).rejects.toMatchObject({
      code: 'MODEL_REFUSED',
      message: expect.stringContaining(why) as string,
    });
  }
  const good = join(folder, 'good.safetensors');
  await expect(open({ maxBytes: 400 }).add('price', good, { change: 'fix' })).rejects.toMatchObject({
    code: 'MODEL_REFUSED',
    hint: expect.stringContaining('--max-bytes') as string,
  });
  expect(await all()).toEqual(before);
  expect(events.map(({ type }) => type)).toEqual(Array.from({ length: hostile.length + 1 }, () => 'model.refused'));
  expect(() => open({ maxBytes: Number.NaN })).toThrow('Expected a number of bytes as maxBytes');
  // Whoever says so gets it, but never what would do harm.
  const lenient = open({ accept: 'suspicious' });
  const { version } = await lenient.add('price', join(folder, 'cut.safetensors'), { change: 'fix' });
  expect(version.inspection).toMatchObject({ verdict: 'suspicious', findings: ['TRUNCATED'] });
  await expect(lenient.add('price', join(folder, 'runs.pkl'), { change: 'fix' })).rejects.toMatchObject({
    code: 'MODEL_REFUSED',
    hint: 'Nothing was stored. Inspect the file for all that was found, and do not load it.',
  });
});
