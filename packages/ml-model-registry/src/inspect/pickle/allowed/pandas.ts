import { type ListedModule, rulesOf } from '../rules.ts';
import { Global, type Rule, type Value } from '../values.ts';

const modules: Readonly<Record<string, ListedModule>> = {
  'pandas.core.frame': { data: 'DataFrame' },
  'pandas.core.series': { data: 'Series' },
  'pandas.core.internals.managers': {
    data: 'BlockManager SingleBlockManager',
    call: 'BlockManager SingleBlockManager',
  },
  'pandas.core.indexes.base': { refer: 'Index' },
  'pandas.core.indexes.numeric': { refer: 'Int64Index Float64Index UInt64Index' },
  'pandas.core.indexes.range': { refer: 'RangeIndex' },
  'pandas.core.indexes.multi': { refer: 'MultiIndex' },
  'pandas.core.indexes.datetimes': { refer: 'DatetimeIndex' },
  'pandas.core.indexes.category': { refer: 'CategoricalIndex' },
  'pandas._libs.internals': { call: '_unpickle_block' },
  'pandas._libs.arrays': { call: '__pyx_unpickle_NDArrayBacked' },
  'pandas._libs.tslibs.timestamps': { call: '_unpickle_timestamp' },
  'pandas._libs.tslibs.timedeltas': { call: '_timedelta_unpickle' },
  'pandas._libs.tslibs.nattype': { call: '_nat_unpickle' },
  'pandas._libs.missing': { refer: 'NA' },
  'pandas.core.arrays.categorical': { data: 'Categorical' },
  'pandas.core.arrays.datetimes': { data: 'DatetimeArray' },
  'pandas.core.arrays.timedeltas': { data: 'TimedeltaArray' },
  'pandas.core.arrays.integer': { data: 'IntegerArray', refer: 'Int8Dtype Int16Dtype Int32Dtype Int64Dtype' },
  'pandas.core.arrays.floating': { data: 'FloatingArray', refer: 'Float32Dtype Float64Dtype' },
  'pandas.core.arrays.boolean': { data: 'BooleanArray BooleanDtype' },
  'pandas.core.arrays.string_': { data: 'StringArray', call: 'StringDtype' },
  'pandas.core.arrays.numpy_': { data: 'PandasArray NumpyExtensionArray' },
  'pandas.core.dtypes.dtypes': { data: 'CategoricalDtype DatetimeTZDtype PandasDtype NumpyEADtype' },
};

/** `_new_Index(class, arguments)` calls the constructor of the class. */
function indexOfPandas(args: readonly Value[]): string | undefined {
  const [type] = args;
  return type instanceof Global && (type.rule === undefined || type.module.startsWith('pandas.core.indexes.'))
    ? undefined
    : 'a class of indexes';
}

/** Frames, series and indexes. */
export const pandas: readonly (readonly [string, Rule])[] = [
  ...rulesOf(modules, 'pandas'),
  ['pandas.core.indexes.base _new_Index', { call: indexOfPandas, framework: 'pandas' }],
  ['pandas.core.indexes.datetimes _new_DatetimeIndex', { call: indexOfPandas, framework: 'pandas' }],
];
