import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SampleTensor } from '../../src/load-test/sample.ts';
import { onnxRunner } from '../../src/onnx/onnx-runner.ts';
import { validateModel } from '../../src/validation/validate-model.ts';
import { joined } from '../support/bytes.ts';
import { field } from '../support/protobuf.ts';

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

/** A name with the type of a scalar, or of a tensor of one number. */
function value(name: string, type: number, isScalar: boolean): Uint8Array {
  const shape = isScalar ? '' : field(1, field(1, 1));
  return joined(field(1, name), field(2, field(1, joined(field(1, type), field(2, shape)))));
}

/** A model whose only operator is a loop without a limit, in which nothing changes. */
function endlessModel(): Uint8Array {
  const [float, int64, bool] = [1, 7, 9];
  const same = (from: string, to: string): Uint8Array =>
    field(1, joined(field(1, from), field(2, to), field(4, 'Identity')));
  const body = joined(
    same('go', 'on'),
    same('v', 'w'),
    field(2, 'body'),
    field(11, value('i', int64, true)),
    field(11, value('go', bool, true)),
    field(11, value('v', float, false)),
    field(12, value('on', bool, true)),
    field(12, value('w', float, false)),
  );
  const attribute = joined(field(1, 'body'), field(6, body), field(20, 5));
  const loop = joined(field(1, ''), field(1, ''), field(1, 'x'), field(2, 'y'), field(4, 'Loop'), field(5, attribute));
  const graph = joined(field(1, loop), field(2, 'endless'), field(11, value('x', float, false)));
  return joined(field(1, 8), field(7, joined(graph, field(12, value('y', float, false)))), field(8, field(2, 13)));
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

  it('that never ends is ended at its time', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'endless-')), 'endless.onnx');
    writeFileSync(path, endlessModel());
    const began = performance.now();
    const { structure, loadTest } = await validateModel(path, {
      runners: [onnxRunner()],
      samples: [{ inputs: { x: tensor([1], [1]) } }],
      limits: { ms: 1500 },
    });
    expect([structure.verdict, loadTest]).toMatchObject([
      'clean',
      { status: 'failed', end: 'timeout', detail: expect.stringContaining('no end within 1500 ms') as string },
    ]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(1500);
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
