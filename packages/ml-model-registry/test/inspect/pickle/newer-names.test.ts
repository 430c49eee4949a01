import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import { call, dict, framed, name, object, text } from '../../support/pickle.ts';

const TRUE = Uint8Array.of(0x88);

describe('names of newer packages', () => {
  it.each<readonly [string, Uint8Array, string]>([
    [
      'types of texts of NumPy 2',
      framed(call(name('numpy._core._internal', '_convert_to_stringdtype_kwargs'), TRUE)),
      'numpy',
    ],
    [
      'columns that scikit-learn 1.5 leaves over',
      framed(
        object(name('sklearn.compose._column_transformer', '_RemainderColsList')),
        dict([text('data'), text('x')]),
        'b',
      ),
      'scikit-learn',
    ],
    [
      'scorers of thresholds of scikit-learn 1.5',
      framed(object(name('sklearn.metrics._scorer', '_CurveScorer')), dict([text('_sign'), text('x')]), 'b'),
      'scikit-learn',
    ],
  ])('%s are clean', async (_what, bytes, framework) => {
    const found = await inspectModel(bytes);
    expect([found.verdict, found.framework?.name]).toEqual(['clean', framework]);
  });
});
