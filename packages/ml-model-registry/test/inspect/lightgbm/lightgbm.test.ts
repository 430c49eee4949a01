import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { model, type Parts, tree, usualEnd } from '../../support/lightgbm.ts';

async function codes(bytes: Uint8Array): Promise<unknown> {
  const { verdict, findings } = await inspectModel(bytes);
  return [verdict, ...new Set(findings.map(({ code }) => code))];
}

it('a model is clean, and tells features, objective and how much was learned', async () => {
  expect(await inspectModel(model())).toMatchObject({
    format: 'lightgbm',
    formatVersion: '4',
    framework: { name: 'lightgbm' },
    verdict: 'clean',
    findings: [],
    parameters: 10,
    inputs: [{ name: 'features', shape: [null, 2] }],
    metadata: { objective: 'binary sigmoid:1' },
  });
});

it('a tree of one leaf is one', async () => {
  const stump = 'Tree=0\nnum_leaves=1\nnum_cat=0\nsplit_feature=\nleaf_value=0.5\nshrinkage=1\n\n\n';
  expect(await codes(model({ trees: [stump] }))).toEqual(['clean']);
});

const swap = (from: string, to: string): Parts => ({ trees: [tree(0), tree(1).replace(from, to)] });

describe('a model is suspicious', () => {
  it.each<readonly [string, Buffer, string]>([
    ['with sizes that lead elsewhere', model({ sizes: [10, 20] }), 'MALFORMED'],
    ['with a size of nothing', model({ sizes: [0] }), 'MALFORMED'],
    ['with a size beyond its end', model({ sizes: [100_000] }), 'TRUNCATED'],
    ['with fewer sizes than trees', model({ sizes: [Buffer.byteLength(tree(0))] }), 'MALFORMED'],
    ['with a child that is not there', model(swap('left_child=1 -1', 'left_child=1 -4')), 'MALFORMED'],
    ['with a node that is its own child', model(swap('left_child=1 -1', 'left_child=0 -1')), 'MALFORMED'],
    ['with a leaf reached twice', model(swap('right_child=-3 -2', 'right_child=-1 -2')), 'MALFORMED'],
    ['with a split by a feature that is not there', model(swap('split_feature=0 1', 'split_feature=0 2')), 'MALFORMED'],
    ['with a value that is no number', model(swap('leaf_value=0.4', 'leaf_value=x')), 'MALFORMED'],
    ['with more leaves than values', model(swap('num_leaves=3', 'num_leaves=4')), 'MALFORMED'],
    ['with a line twice', model(swap('is_linear=0', 'shrinkage=1')), 'MALFORMED'],
    ['with bytes after its end', model({ end: `${usualEnd}import os\n` }), 'HIDDEN_BYTES'],
    ['with another end', model({ end: 'end of trees\n\nhello\n' }), 'MALFORMED'],
    ['with categories that are no JSON', model({ end: usualEnd.replace('[["a", "b"]]', 'eval()') }), 'MALFORMED'],
  ])('%s', async (_what, bytes, code) => {
    expect(await codes(bytes)).toEqual(['suspicious', code]);
  });
});

it('an objective of its own is unknown', async () => {
  expect(await codes(model({ objective: 'mine' }))).toEqual(['unknown', 'UNSUPPORTED']);
});

it('what was cut before its end is never clean', async () => {
  const whole = model();
  const end = whole.lastIndexOf('end of parameters') + 'end of parameters'.length;
  for (let length = 0; length < end; length += 1) {
    const { verdict } = await inspectModel(whole.subarray(0, length));
    expect([length, verdict]).not.toEqual([length, 'clean']);
  }
});
