import { type ListedModule, rulesOf } from '../rules.ts';
import type { Rule } from '../values.ts';

/** Modules of sparse matrices: up to 1.7 without an underscore. */
const sparse: Readonly<Record<string, ListedModule>> = Object.fromEntries(
  ['csr', 'csc', 'coo', 'bsr', 'dia', 'dok', 'lil'].flatMap((kind) => [
    [`scipy.sparse.${kind}`, { data: `${kind}_matrix` }],
    [`scipy.sparse._${kind}`, { data: `${kind}_matrix ${kind}_array` }],
  ]),
);

const modules: Readonly<Record<string, ListedModule>> = {
  ...sparse,
  'scipy.interpolate._bsplines': { data: 'BSpline' },
  'scipy.interpolate.interpolate': { data: 'interp1d PPoly' },
  'scipy.interpolate._interpolate': { data: 'interp1d PPoly' },
  'scipy.interpolate._cubic': { data: 'CubicSpline PchipInterpolator Akima1DInterpolator' },
  'scipy.special._ufuncs': { refer: 'expit logit' },
};

/** Sparse matrices and splines. */
export const scipy: readonly (readonly [string, Rule])[] = rulesOf(modules, 'scipy');
