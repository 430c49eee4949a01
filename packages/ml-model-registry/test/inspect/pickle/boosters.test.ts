import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { dict, framed, name, object, text } from '../../support/pickle.ts';

const sample = readFileSync(new URL('../../fixtures/pickle/xgboost-classifier.pkl', import.meta.url));

/** A booster of LightGBM as its `__getstate__` gives it: the model as a text. */
function lightgbm(model: string): Uint8Array {
  return framed(
    object(name('lightgbm.basic', 'Booster')),
    dict([text('_handle'), text(model)], [text('pandas_categorical'), text('x')]),
    'b',
  );
}

describe('a booster in a pickle', () => {
  it('of XGBoost is walked by its own format, which tells the version', async () => {
    const { verdict, framework } = await inspectModel(sample);
    expect([verdict, framework]).toEqual(['clean', { name: 'xgboost', version: '1.7.4' }]);
  });

  it('of XGBoost that is damaged is told at its part', async () => {
    const damaged = Buffer.from(sample);
    const at = damaged.indexOf('gradient_booster');
    damaged.write('gradient_boosteR', damaged.indexOf('gradient_booster', at + 1));
    const { verdict, findings } = await inspectModel(damaged);
    expect([verdict === 'clean', findings[0]?.part]).toEqual([false, 'handle']);
  });

  it('of LightGBM that is none is not clean', async () => {
    const { verdict, findings } = await inspectModel(lightgbm('not a model'));
    expect([verdict, findings.map(({ code }) => code)]).toEqual(['unknown', ['UNSUPPORTED']]);
  });

  it('of LightGBM is handed to its own format', async () => {
    const { framework, findings } = await inspectModel(lightgbm('tree\nversion=v4\nnum_class=1\n'));
    expect(framework?.name).toBe('lightgbm');
    // The text is cut after its third line.
    expect(findings.every(({ part }) => part === '_handle')).toBe(true);
    expect(findings.length).toBeGreaterThan(0);
  });
});
