import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelFormat } from '../../src/inspect/inspection.ts';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import { dense, graph, savedModel, signature } from '../inspect/tensorflow/samples.ts';
import { fixture } from '../support/fixture.ts';
import { file as gguf } from '../support/gguf.ts';
import { model as lightgbm } from '../support/lightgbm.ts';
import { ownRegistry, weightsFile } from '../support/registry.ts';
import { model as tflite } from '../support/tflite.ts';

/** What packages wrote, or as they would. */
const files: readonly (readonly [name: string, format: ModelFormat, bytes: () => Uint8Array])[] = [
  ['legacy.h5', 'hdf5', () => fixture('keras/legacy.h5')],
  ['mlp.keras', 'keras', () => fixture('keras/mlp.keras')],
  ['linear.pkl', 'pickle', () => fixture('pickle/sklearn-linear.pkl')],
  ['plain.joblib', 'joblib', () => fixture('pickle/plain.joblib')],
  ['zip.pt', 'pytorch', () => fixture('pickle/zip.pt')],
  ['script.pt', 'torchscript', () => fixture('pickle/script.pt')],
  ['legacy.pth', 'pytorch-legacy', () => fixture('pickle/legacy.pt')],
  ['price.onnx', 'onnx', () => fixture('onnx/price.onnx')],
  ['dense.tflite', 'tflite', tflite],
  ['saved_model.pb', 'savedmodel', () => savedModel(graph(dense), signature)],
  ['frozen.pb', 'graphdef', () => graph(dense)],
  ['binary.json', 'xgboost-json', () => fixture('xgboost/binary.json')],
  ['binary.ubj', 'xgboost-ubj', () => fixture('xgboost/binary.ubj')],
  ['model.txt', 'lightgbm', lightgbm],
  ['model.safetensors', 'safetensors', () => weightsFile(1)],
  ['floats.npy', 'npy', () => fixture('numpy/floats.npy')],
  ['plain.npz', 'npz', () => fixture('numpy/plain.npz')],
  ['chat.gguf', 'gguf', gguf],
];

let registry: ModelRegistry;
let folder: string;

beforeAll(async () => {
  const gates = {
    prod: { noRegression: [{ metric: 'hits', better: 'higher' }], inspection: 'clean' },
  } as const;
  ({ registry, folder } = await ownRegistry({ gates }));
});

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('a model of another program', () => {
  it.each(files)('as %s goes in, passes the gates, and comes back bit for bit', async (name, format, bytes) => {
    const options = { change: 'retrain', metrics: { hits: 0.6 } };
    const { version } = await registry.add(format, written(name, bytes()), options);
    expect(version.inspection).toMatchObject({ format, verdict: 'clean' });
    await registry.promote(format, 'prod', '1.0.0');
    const to = join(folder, 'back', name);
    await registry.restore(format, 'prod', { to });
    expect(readFileSync(to).equals(Buffer.from(bytes()))).toBe(true);
  });

  it('that is worse than the one before does not go live, and one that would run something does not go in', async () => {
    await registry.add('price', written('a.safetensors', weightsFile(1)), { change: 'fix', metrics: { hits: 0.6 } });
    await registry.promote('price', 'prod', 'latest');
    await registry.add('price', written('b.safetensors', weightsFile(2)), { change: 'fix', metrics: { hits: 0.5 } });
    await expect(registry.promote('price', 'prod', 'latest')).rejects.toMatchObject({
      code: 'GATE_FAILED',
      details: ['no regression of hits: expected at least 0.6 (as 1.0.0), got 0.5'],
    });
    const hostile = written('c.pkl', Buffer.from("(lp0\ncos\nsystem\n(S'true'\ntR."));
    await expect(registry.add('price', hostile, { change: 'fix' })).rejects.toMatchObject({
      code: 'MODEL_REFUSED',
      message: expect.stringContaining('PICKLE_DANGEROUS_NAME at 5') as string,
    });
    expect([await registry.aliases('price'), (await registry.list('price')).length]).toEqual([{ prod: '1.0.0' }, 2]);
    for (const [version, value] of [['1.0.0', 1] as const, ['1.0.1', 2] as const]) {
      const to = join(folder, version);
      await registry.restore('price', version, { to });
      expect(readFileSync(to).equals(Buffer.from(weightsFile(value)))).toBe(true);
    }
  });
});
