import type { ModelFormat } from '../inspection.ts';
import type { Enclosed } from './machine.ts';
import { Blob, type Dict, type Global, Made, type Value } from './values.ts';

interface Kept {
  /** Attributes that it may be under, the newest first. */
  readonly attributes: readonly string[];
  readonly only: readonly ModelFormat[];
  readonly expected: string;
}

/** Where models of other formats lie in pickled objects. */
const kept: Readonly<Record<string, Kept>> = {
  'xgboost.core.Booster': {
    attributes: ['handle'],
    only: ['xgboost-ubj', 'xgboost-json'],
    expected: 'a model of XGBoost',
  },
  'lightgbm.basic.Booster': { attributes: ['_handle', 'handle'], only: ['lightgbm'], expected: 'a model of LightGBM' },
};

/** The model of another format that an object carries among its attributes. */
export function enclosedIn(type: Global, state: Dict): Enclosed | undefined {
  const found = Object.hasOwn(kept, type.path) ? kept[type.path] : undefined;
  if (found === undefined) return undefined;
  const name = found.attributes.find((attribute) => state.entries.has(attribute));
  const value = name === undefined ? undefined : state.entries.get(name);
  // A booster that was never filled has none.
  if (name === undefined || value === undefined || value === null) return undefined;
  return { content: contentOf(value) ?? '', name, only: found.only, expected: found.expected };
}

function contentOf(value: Value): Enclosed['content'] | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Blob) return value.at === undefined ? undefined : { at: value.at, length: value.length };
  const [first] = value instanceof Made && value.by?.path === 'builtins.bytearray' ? value.args : [];
  return first instanceof Blob ? contentOf(first) : undefined;
}
