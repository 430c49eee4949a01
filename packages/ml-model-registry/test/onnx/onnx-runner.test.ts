import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SampleTensor } from '../../src/load-test/sample.ts';
import { onnxRunner } from '../../src/onnx/onnx-runner.ts';
import { validateModel } from '../../src/validation/validate-model.ts';

const price = fileURLToPath(new URL('../fixtures/onnx/price.onnx', import.meta.url));

/** It is there for the usual systems only. */
function missing(): boolean {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
    return false;
  } catch {
    return true;
  }
}

const tensor = (shape: readonly number[], data: readonly number[]): SampleTensor => ({ type: 'float32', shape, data });

describe.skipIf(missing())('an ONNX model (needs onnxruntime-node)', () => {
  it('is run on samples of any number of rows, and what comes out is compared', async () => {
    // relu(x · [[0, 1], [2, 3], [4, 5]] + [0.5, -0.5])
    const one = { inputs: { x: tensor([1, 3], [1, 2, 3]) }, outputs: { y: tensor([1, 2], [16.5, 21.5]) } };
    const inputs = { x: tensor([2, 3], [1, 2, 3, 0, 0, 0]) };
    const two = { name: 'two rows', inputs, outputs: { y: tensor([2, 2], [16.5, 21.5, 0.5, -0.5]) } };
    const report = await validateModel(price, { runners: [onnxRunner()], samples: [one, two] });
    expect(report.loadTest).toMatchObject({
      status: 'failed',
      runner: 'onnxruntime',
      samples: 2,
      compared: 2,
      differences: [{ sample: 'two rows', output: 'y', message: 'Expected -0.5 at 3, got 0; 1 of 4 values differ' }],
    });
  });

  it('that can not be run on its samples has failed, and says why', async () => {
    const samples = [{ inputs: { z: tensor([1, 3], [1, 2, 3]) } }];
    const { status, loadTest } = await validateModel(price, { runners: [onnxRunner()], samples });
    expect([status, loadTest]).toMatchObject([
      'failed',
      { status: 'failed', end: 'failed', detail: expect.stringContaining("'x'") as string },
    ]);
  });
});

it('a runtime that is not installed is told with the command that installs it, and leaves the rest of a validation', async () => {
  const runner = onnxRunner({ from: tmpdir() });
  const task = {
    file: price,
    format: 'onnx',
    folder: tmpdir(),
    samples: [],
    limits: { ms: 1, memoryBytes: 1 },
  } as const;
  await expect(runner.run(task)).rejects.toMatchObject({
    code: 'RUNTIME_MISSING',
    hint: 'Install it: npm install onnxruntime-node',
  });
  expect(await validateModel(price, { runners: [runner] })).toMatchObject({
    status: 'incomplete',
    structure: { status: 'passed' },
    loadTest: { status: 'skipped', detail: expect.stringContaining('npm install onnxruntime-node') as string },
  });
});
