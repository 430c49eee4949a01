import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';

/** What Python's packages wrote; `make.py` beside the samples tells which. */
const folder = new URL('../../fixtures/pickle/', import.meta.url);
const sample = (name: string): URL => new URL(name, folder);
const samples = readdirSync(folder).filter((name) => name.endsWith('.pkl'));

/** Samples by what their names begin with, and the framework of them. */
const frameworks: readonly (readonly [start: string, name: string, version?: string])[] = [
  ['numpy-', 'numpy'],
  ['scipy-', 'scipy'],
  ['pandas-', 'pandas'],
  ['sklearn-', 'scikit-learn', '1.2.1'],
  ['xgboost-', 'xgboost', '1.7.4'],
];

describe('what packages wrote', () => {
  it.each(samples)('%s is clean, with its framework', async (name) => {
    const { format, verdict, findings, framework } = await inspectModel(sample(name));
    const [, expected, version] = frameworks.find(([start]) => name.startsWith(start)) ?? [];
    expect({ format, verdict, findings }).toEqual({ format: 'pickle', verdict: 'clean', findings: [] });
    expect(framework).toEqual(
      expected === undefined ? undefined : version === undefined ? { name: expected } : { name: expected, version },
    );
  });

  it('is told with its protocol and the class of what it gives', async () => {
    const { formatVersion, metadata } = await inspectModel(sample('sklearn-pipeline.pkl'));
    expect([formatVersion, metadata]).toEqual(['4', { object: 'sklearn.pipeline.Pipeline' }]);
    expect((await inspectModel(sample('python-protocol-0.pkl'))).formatVersion).toBe('0');
  });
});

/** A sample with a name in it changed to one of the same length. */
function renamed(name: string, from: string, to: string): Uint8Array {
  const bytes = Buffer.from(readFileSync(sample(name)));
  const at = bytes.indexOf(from);
  expect([at > 0, from.length]).toEqual([true, to.length]);
  bytes.write(to, at);
  return bytes;
}

describe('what packages wrote, with one name changed', () => {
  it.each([
    ['sklearn-linear.pkl', 'LinearRegression', 'LinearRegressioN'],
    ['sklearn-pipeline.pkl', 'absolute', 'absolutf'],
    ['numpy-1-protocol-2.pkl', '_reconstruct', '_reconstrucT'],
    ['numpy-2-all.pkl', '_mareconstruct', '_mareconstrucT'],
    ['pandas-frame.pkl', '_unpickle_block', '_unpickle_blocK'],
    ['sklearn-hist.pkl', 'TreePredictor', 'TreePredictoR'],
  ])('%s without %s is suspicious', async (name, from, to) => {
    const { verdict, findings } = await inspectModel(renamed(name, from, to));
    expect(verdict).toBe('suspicious');
    expect(findings[0]?.code).toBe('PICKLE_UNLISTED_NAME');
  });
});

describe('a sample that is cut', () => {
  it.each(samples.filter((name) => statSync(sample(name)).size < 800))('%s is clean at no length', async (name) => {
    const bytes = readFileSync(sample(name));
    for (let length = 0; length < bytes.length; length += 1) {
      const { verdict } = await inspectModel(bytes.subarray(0, length));
      if (verdict === 'clean') expect([name, length]).toBe('not clean');
    }
  });
});
