import { type Made, Tuple } from './values.ts';

/** The type of the elements of an array in a pickle. */
export interface ArrayType {
  /** As NumPy calls it: `float32`. */
  readonly name: string;
  /** Bytes of an element. */
  readonly size: number;
  readonly hasObjects: boolean;
  readonly isBigEndian: boolean;
}

const numbers: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };

/** Reads `dtype('f8', …)`, whose state has the order of bytes in front, and at its end whether there are objects in it. `undefined` for anything else. */
export function arrayTypeOf(dtype: Made): ArrayType | undefined {
  const [name] = dtype.args;
  const [, letter = '', digits = ''] =
    (typeof name === 'string' ? /^[<>|=]?([a-zA-Z?])(\d{0,9})$/.exec(name) : null) ?? [];
  if (dtype.by?.path !== 'numpy.dtype' || letter === '') return undefined;
  const state = dtype.state instanceof Tuple ? dtype.state.items : [];
  const flags = state[7];
  const size = Number(digits === '' ? 1 : digits) * (letter === 'U' ? 4 : 1);
  const number = Object.hasOwn(numbers, letter) ? `${numbers[letter]}${8 * size}` : undefined;
  const isBool = letter === '?' || (letter === 'b' && size === 1);
  return {
    name: number ?? (isBool ? 'bool' : `${letter}${digits}`.toLowerCase()),
    size,
    hasObjects: letter === 'O' || (typeof flags === 'number' && flags % 2 === 1),
    isBigEndian: state[1] === '>',
  };
}
