import { rulesOf } from '../rules.ts';
import type { Rule } from '../values.ts';

/** What joblib puts where an array follows. Files of its versions before 0.10 keep arrays beside them. */
export const joblib: readonly (readonly [string, Rule])[] = rulesOf({
  'joblib.numpy_pickle': { data: 'NumpyArrayWrapper' },
  'sklearn.externals.joblib.numpy_pickle': { data: 'NumpyArrayWrapper' },
});
