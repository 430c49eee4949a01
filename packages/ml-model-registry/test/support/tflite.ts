import { flatbuffer, type Table } from './flatbuffer.ts';

const FULLY_CONNECTED = 9;

/** A tensor of floats. */
export const tensor = (name: string, shape: readonly number[], more: Table = {}): Table => ({
  0: ['i32*', shape],
  3: ['text', name],
  ...more,
});

/** The number of an operator, or the name of a custom one. */
export const operatorCode = (number: number, custom?: string): Table => ({
  0: ['i8', Math.min(number, 127)],
  ...(custom === undefined ? {} : { 1: ['text', custom] as const }),
  3: ['i32', number],
});

/** A dense layer of the tensors 0 and 1, into 2. */
export const operator: Table = {
  1: ['i32*', [0, 1, -1]],
  2: ['i32*', [2]],
  3: ['u8', 8],
  4: ['table', { 0: ['i8', 1] }],
};

/** A buffer of six floats. */
export const weights: Table = { 0: ['u8*', new Uint8Array(24).fill(1)] };

/** The buffer of tensors without content. */
export const empty: Table = {};

/** What the layer takes, its weights, and what it gives. */
export const tensors: readonly Table[] = [
  tensor('x', [1, 3]),
  tensor('w', [2, 3], { 2: ['u32', 1] }),
  tensor('y', [1, 2]),
];

/** The layer as a graph. */
export const graph: Table = {
  0: ['tables', tensors],
  1: ['i32*', [0]],
  2: ['i32*', [2]],
  3: ['tables', [operator]],
  4: ['text', 'main'],
};

/** A dense layer of 2 by 3, and what is different of it. */
export const model = (changed: Table = {}): Uint8Array =>
  flatbuffer(
    {
      0: ['u32', 3],
      1: ['tables', [operatorCode(FULLY_CONNECTED)]],
      2: ['tables', [graph]],
      3: ['text', 'tests'],
      4: ['tables', [empty, weights]],
      ...changed,
    },
    'TFL3',
  );
