import { Blob, Dict, Global, Made, Sequence, type Rule, type Value } from '../values.ts';
import { type ListedModule, rulesOf } from '../rules.ts';

const modules: Readonly<Record<string, ListedModule>> = {
  builtins: {
    refer: 'object type int float bool str bytes list tuple dict',
    call: 'slice complex range',
  },
  datetime: { call: 'datetime date time timedelta timezone' },
  decimal: { call: 'Decimal' },
  fractions: { call: 'Fraction' },
  uuid: { data: 'UUID' },
};

/** `bytearray(10 ** 12)` would take all memory. */
function fromBytes(args: readonly Value[]): string | undefined {
  const [first] = args;
  const harmless =
    args.length === 0 ||
    typeof first === 'string' ||
    first instanceof Blob ||
    first instanceof Sequence ||
    (first !== undefined && isEncoded(first));
  return harmless ? undefined : 'bytes';
}

function isEncoded(value: Value): boolean {
  return value instanceof Made && value.by?.path === '_codecs.encode';
}

/** Other codecs unpack what is compressed. */
function toLatin1(args: readonly Value[]): string | undefined {
  const [text, codec] = args;
  const isText = typeof text === 'string' || (text instanceof Blob && text.kind === 'text');
  return isText && (codec === 'latin1' || codec === 'latin-1') ? undefined : 'a text in latin1';
}

/** `_reconstructor(class, base, state)`: an object of the class as `base` makes it. */
function reconstructed(args: readonly Value[]): string | undefined {
  const [made, base] = args;
  if (!(made instanceof Global && base instanceof Global)) return 'a class and its base';
  if (base.path !== 'builtins.object' && base.path !== 'builtins.dict' && base.path !== 'builtins.list')
    return 'object as the base';
  return made.rule === undefined || made.rule.data === true ? undefined : 'a class of data';
}

function newObject(args: readonly Value[]): string | undefined {
  const [made] = args;
  if (!(made instanceof Global)) return 'a class';
  return made.rule === undefined || made.rule.data === true ? undefined : 'a class of data';
}

/** `defaultdict(list)`: it calls what it was given for each key that is missing. */
function withFactory(args: readonly Value[]): string | undefined {
  const [factory] = args;
  const harmless =
    factory === undefined || factory === null || (factory instanceof Global && factory.module === 'builtins');
  return harmless ? undefined : 'a type of Python itself';
}

/** `list(range(10 ** 12))` would take all memory. */
function ofItems(args: readonly Value[]): string | undefined {
  const counted = args.some((arg) => arg instanceof Made && arg.by?.path === 'builtins.range');
  return counted ? 'items that are in the pickle' : undefined;
}

const containers = ['builtins set', 'builtins frozenset', 'builtins list', 'builtins tuple', 'builtins dict'];

const special: readonly (readonly [string, Rule])[] = [
  ...containers.map((key): [string, Rule] => [key, { call: ofItems }]),
  ...['OrderedDict', 'deque', 'Counter'].map((name): [string, Rule] => [
    `collections ${name}`,
    { call: ofItems, data: true, items: true },
  ]),
  ['builtins bytearray', { call: fromBytes }],
  ['builtins bytes', { call: fromBytes }],
  ['_codecs encode', { call: toLatin1 }],
  ['copyreg _reconstructor', { call: reconstructed }],
  ['copyreg __newobj__', { call: newObject }],
  ['collections defaultdict', { call: withFactory, items: true }],
  ['argparse Namespace', { data: true }],
  [
    'types SimpleNamespace',
    { call: (args) => (args.every((arg) => arg instanceof Dict) ? undefined : 'no arguments'), data: true },
  ],
];

/** Types of Python's own library that hold data. */
export const python: readonly (readonly [string, Rule])[] = [...rulesOf(modules), ...special];
