import type { Severity } from '../severity.ts';

/** Findings in arrays of NumPy. */
export type NumpyFindingCode = 'NPY_OBJECTS';

/** How bad each is. */
export const numpySeverities: Readonly<Record<NumpyFindingCode, Severity>> = {
  // The pickle is inspected, and it says how bad it is.
  NPY_OBJECTS: 'note',
};
