import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { fixture } from '../../support/fixture.ts';

const names = ['binary', 'linear', 'classes', 'dart'] as const;

/** A model whose text was changed, as XGBoost's own file otherwise. */
function changed(name: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]): Uint8Array {
  const text = Buffer.from(fixture(`xgboost/${name}.json`)).toString();
  const other = changes.reduce((current, [from, to]) => current.replace(from, to), text);
  expect(other).not.toBe(text);
  return Buffer.from(other);
}

async function codes(bytes: Uint8Array): Promise<unknown> {
  const { verdict, findings } = await inspectModel(bytes);
  return [verdict, ...new Set(findings.map(({ code }) => code))];
}

describe('models that XGBoost has made', () => {
  it.each(names)('are clean, and say the same in both formats: %s', async (name) => {
    const json = await inspectModel(fixture(`xgboost/${name}.json`));
    const { size: _json, ...ofJson } = json;
    const { size: _ubj, ...ofUbj } = await inspectModel(fixture(`xgboost/${name}.ubj`), { name: `${name}.ubj` });
    expect([ofJson.verdict, ofJson.findings, ofJson.format]).toEqual(['clean', [], 'xgboost-json']);
    expect({ ...ofUbj, format: 'xgboost-json' }).toEqual(ofJson);
  });

  it('tell version, objective, inputs, outputs and how much was learned', async () => {
    expect(await inspectModel(fixture('xgboost/classes.json'))).toMatchObject({
      framework: { name: 'xgboost', version: '1.7.4' },
      metadata: { objective: 'multi:softprob' },
      inputs: [{ name: 'features', type: 'float32', shape: [null, 3] }],
      outputs: [{ name: 'predictions', type: 'float32', shape: [null, 3] }],
      parameters: expect.any(Number) as number,
    });
    expect((await inspectModel(fixture('xgboost/linear.json'))).parameters).toBe(4);
  });

  it('of version 3 are clean, too', async () => {
    const bytes = changed(
      'binary',
      ['"base_score":"5E-1"', '"base_score":"[5E-1]"'],
      [
        '"model":{"gbtree',
        '"model":{"cats":{"enc":[],"feature_segments":[],"sorted_idx":[]},"iteration_indptr":[0,1,2],"gbtree',
      ],
      ['"version":[1,7,4]', '"version":[3,1,2]'],
    );
    const { verdict, framework } = await inspectModel(bytes);
    expect([verdict, framework?.version]).toEqual(['clean', '3.1.2']);
  });
});

describe('a model that was changed', () => {
  it.each<readonly [string, Uint8Array, string]>([
    ['a child that is not there', changed('binary', [/"left_children":\[1/, '"left_children":[99']), 'MALFORMED'],
    ['a node that is its own child', changed('binary', [/"left_children":\[1/, '"left_children":[0']), 'MALFORMED'],
    [
      'a split by a feature that is not there',
      changed('binary', [/"split_indices":\[\d/, '"split_indices":[7']),
      'MALFORMED',
    ],
    [
      'fewer numbers than nodes',
      changed('binary', [/"split_conditions":\[[^,]*,/, '"split_conditions":[']),
      'MALFORMED',
    ],
    ['a list that is none', changed('binary', [/"right_children":\[[^\]]*\]/, '"right_children":{}']), 'MALFORMED'],
    ['another number of trees', changed('binary', ['"num_trees":"2"', '"num_trees":"3"']), 'MALFORMED'],
    ['no trees', changed('binary', ['"trees":', '"threes":']), 'MALFORMED'],
    ['a count that is none', changed('binary', [/"num_feature":"3"/g, '"num_feature":"-3"']), 'MALFORMED'],
    ['a member twice', changed('binary', ['"learner":{', '"learner":{"attributes":{},']), 'MALFORMED'],
  ])('to %s is suspicious', async (_what, bytes, code) => {
    expect(await codes(bytes)).toEqual(['suspicious', code]);
  });

  it.each<readonly [string, Uint8Array]>([
    ['an objective of its own', changed('binary', ['"name":"binary:logistic"', '"name":"custom"'])],
    ['a booster that nobody knows', changed('binary', ['"name":"gbtree"', '"name":"gbother"'])],
  ])('to %s is unknown', async (_what, bytes) => {
    expect(await codes(bytes)).toEqual(['unknown', 'UNSUPPORTED']);
  });

  it.each(['json', 'ubj'])('by cutting it at any byte is never clean: %s', async (ending) => {
    const whole = fixture(`xgboost/linear.${ending}`);
    for (let length = 0; length < whole.length; length += 1) {
      const { verdict } = await inspectModel(whole.subarray(0, length));
      expect([length, verdict]).not.toEqual([length, 'clean']);
    }
  });

  it.each(['json', 'ubj'])('in any bytes gives a verdict, and never throws: %s', async (ending) => {
    const whole = fixture(`xgboost/binary.${ending}`);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(changes, async (places) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of places) bytes[at] = value;
        expect(['clean', 'unknown', 'suspicious']).toContain((await inspectModel(bytes)).verdict);
      }),
    );
  });

  it('so that one array says it has a billion numbers takes no memory', async () => {
    const bytes = Buffer.from('{L\0\0\0\0\0\0\0\x07learner{i\x10gradient_booster[$d#l\x3f\xff\xff\xff', 'latin1');
    expect(await codes(bytes)).toEqual(['suspicious', 'TRUNCATED']);
  });
});
