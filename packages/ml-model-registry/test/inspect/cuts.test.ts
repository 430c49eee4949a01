import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../src/inspect/inspect-model.ts';
import { fixture } from '../support/fixture.ts';
import { onnxFiles, savedModelFiles, shardedFiles, writeFolder } from '../support/folder.ts';

/** Files that the tests of their formats do not cut: deflated and later layouts, chunks, larger models. Longer ones at each third or so many bytes. */
const files: readonly (readonly [path: string, every: number])[] = [
  ['weights/before.pt', 1],
  ['weights/before-deflated.pt', 1],
  ['weights/before-legacy.pt', 1],
  ['weights/before.onnx', 1],
  ['weights/before.npz', 1],
  ['weights/before-deflated.npz', 1],
  ['weights/before.joblib', 1],
  ['weights/before-zlib.joblib', 1],
  ['weights/before-latest.h5', 1],
  ['weights/before.h5', 31],
  ['hdf5/chunks.h5', 7],
  ['keras/legacy.h5', 17],
  ['xgboost/classes.json', 7],
  ['xgboost/classes.ubj', 7],
  ['pickle/sklearn-hist.pkl', 5],
  ['pickle/script.pt', 7],
];

describe('a model that ends before its end', () => {
  it.each(files)('is never clean: %s', async (path, every) => {
    const whole = fixture(path);
    for (let length = 0; length < whole.length; length += every) {
      const { verdict } = await inspectModel(whole.subarray(0, length));
      if (verdict === 'clean') expect([path, length]).toBe('not clean');
    }
  });
});

describe('a folder with a file that ends before its end', () => {
  it.each([
    ['a saved model', savedModelFiles, /variables/, 29],
    ['safetensors with an index', shardedFiles, /\.safetensors|\.json/, 3],
    ['ONNX with data beside it', onnxFiles, /./, 3],
  ] as const)('is never clean: %s', async (_what, made, cut, every) => {
    const whole = made();
    const root = writeFolder(whole);
    for (const [path, content] of Object.entries(whole)) {
      if (!cut.test(path)) continue;
      for (let length = content.length - 1; length >= 0; length -= every) {
        truncateSync(join(root, path), length);
        const { verdict } = await inspectModel(root);
        if (verdict === 'clean') expect([path, length]).toBe('not clean');
      }
      writeFileSync(join(root, path), content);
    }
    expect((await inspectModel(root)).verdict).toBe('clean');
  });
});
