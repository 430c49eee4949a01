import { joined } from '../../support/bytes.ts';
import { field } from '../../support/protobuf.ts';

const FLOAT = 1;
const STRING = 7;

/** A shape; -1 is a size that is not fixed. */
const shape = (...sizes: readonly number[]): Uint8Array => joined(...sizes.map((size) => field(2, field(1, size))));

/** An attribute of a node. */
export const attribute = (key: string, value: Uint8Array): Uint8Array =>
  field(5, joined(field(1, key), field(2, value)));
const type = (number: number): Uint8Array => field(6, number);

/** A node of a graph (`NodeDef`). */
export function node(name: string, operator: string, ...more: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = more.map((part) => (typeof part === 'string' ? field(3, part) : part));
  return joined(field(1, name), field(2, operator), ...parts);
}

export const placeholder = (name: string, ...sizes: readonly number[]): Uint8Array =>
  node(name, 'Placeholder', attribute('dtype', type(FLOAT)), attribute('shape', field(7, shape(...sizes))));

/** A constant of floats. */
export function weights(name: string, sizes: readonly number[], content?: Uint8Array): Uint8Array {
  const count = sizes.reduce((all, size) => all * size, 1);
  const tensor = joined(
    field(1, FLOAT),
    field(2, shape(...sizes)),
    field(4, content ?? new Uint8Array(4 * count).fill(1)),
  );
  return node(name, 'Const', attribute('dtype', type(FLOAT)), attribute('value', field(8, tensor)));
}

/** A constant text. */
export const text = (name: string, value: string): Uint8Array =>
  node(name, 'Const', attribute('value', field(8, joined(field(1, STRING), field(2, ''), field(8, value)))));

/** A function of a model, with the names of its arguments. */
export const definition = (name: string, given: readonly string[], nodes: readonly Uint8Array[]): Uint8Array =>
  joined(
    field(
      1,
      joined(field(1, name), ...given.map((argument) => field(2, joined(field(1, argument), field(3, STRING))))),
    ),
    ...nodes.map((each) => field(3, each)),
  );

/** A call of a function. */
export const call = (name: string, called: string, ...inputs: readonly string[]): Uint8Array =>
  node(name, 'StatefulPartitionedCall', ...inputs, attribute('f', field(10, field(1, called))));

/** A graph (`GraphDef`). */
export const graph = (nodes: readonly Uint8Array[], functions: readonly Uint8Array[] = []): Uint8Array =>
  joined(
    ...nodes.map((each) => field(1, each)),
    functions.length === 0 ? '' : field(2, joined(...functions.map((each) => field(1, each)))),
    field(4, field(1, 1882)),
  );

/** A dense layer of 3 by 2. */
export const dense: readonly Uint8Array[] = [
  placeholder('x', -1, 3),
  weights('w', [3, 2]),
  node('y', 'MatMul', 'x', 'w', attribute('T', type(FLOAT))),
];

/** `saved_model.pb` with a graph and what is said of it. */
export const savedModel = (inside: Uint8Array, ...more: readonly Uint8Array[]): Uint8Array => {
  const information = field(1, joined(field(4, 'serve'), field(5, '2.20.0')));
  return joined(field(1, 1), field(2, joined(information, field(2, inside), ...more)));
};

const described = (name: string, ...sizes: readonly number[]): Uint8Array =>
  joined(field(1, `${name}:0`), field(2, FLOAT), field(3, shape(...sizes)));
const entry = (key: string, value: Uint8Array): Uint8Array => joined(field(1, key), field(2, value));

/** The signature that servers use. */
export const signature: Uint8Array = field(
  5,
  entry(
    'serving_default',
    joined(field(1, entry('x', described('x', -1, 3))), field(2, entry('y', described('y', -1, 2)))),
  ),
);

/** A variable of Python's objects (`SavedObject`). */
export const variable = (name: string, ...sizes: readonly number[]): Uint8Array =>
  field(1, field(7, joined(field(1, FLOAT), field(2, shape(...sizes)), field(6, name))));
