import type { Rule } from '../values.ts';
import { boosters } from './boosters.ts';
import { joblib } from './joblib.ts';
import { numpy } from './numpy.ts';
import { pandas } from './pandas.ts';
import { python } from './python.ts';
import { scipy } from './scipy.ts';
import { scikitLearn } from './scikit-learn.ts';
import { torch } from './torch.ts';

const allowed: ReadonlyMap<string, Rule> = new Map(merged());

/** A name that is on two lists may be used in both ways. */
function merged(): Map<string, Rule> {
  const all = new Map<string, Rule>();
  for (const [key, rule] of [
    ...python,
    ...numpy,
    ...scipy,
    ...pandas,
    ...scikitLearn,
    ...boosters,
    ...joblib,
    ...torch,
  ])
    all.set(key, { ...all.get(key), ...rule });
  return all;
}

/** Python 2 called some modules otherwise, and Python 3 still reads the names. */
const renamed: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  copy_reg: 'copyreg',
  UserDict: 'collections',
  cPickle: 'pickle',
  commands: 'subprocess',
};

/** What Python 2 called otherwise than Python 3. */
const renamedTypes: Readonly<Record<string, string>> = { unicode: 'str', long: 'int', xrange: 'range' };

/** A name as Python 3 calls it. */
export function currentName(module: string, name: string): readonly [module: string, name: string] {
  const current = Object.hasOwn(renamed, module) ? (renamed[module] ?? module) : module;
  const type = current === 'builtins' && Object.hasOwn(renamedTypes, name) ? renamedTypes[name] : undefined;
  return [current, type ?? name];
}

/** What a name may be used for; `undefined` when it is on no list. */
export function ruleOf(module: string, name: string): Rule | undefined {
  return allowed.get(`${module} ${name}`);
}
