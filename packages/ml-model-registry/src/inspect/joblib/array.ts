import type { Inspection } from '../contract.ts';
import { Dict, Made, Tuple, type Value } from '../pickle/values.ts';
import { beginsAsPickle } from '../pickle/strings.ts';
import type { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';

/** What joblib pads to, at most. */
const MOST_PADDING = 255;

/** How the bytes of an array lie after its wrapper. */
interface Layout {
  /** Objects are a pickle of their own instead of bytes. */
  readonly isPickle: boolean;
  readonly bytes: number;
  /** Joblib since 1.1 begins arrays at multiples of this. */
  readonly alignment: number | undefined;
}

/**
 * Takes the bytes that joblib (0.10 and later) writes after a wrapper: a byte that tells how much padding follows, the padding, and the array. An array
 * of objects is a pickle instead, which `runNested` walks.
 *
 * @throws {StructureError}
 */
export async function takeArray(
  wrapper: Made,
  cursor: Cursor,
  options: { readonly inspection: Inspection; readonly runNested: () => Promise<void> },
): Promise<void> {
  const layout = layoutOf(wrapper.state, cursor.position);
  if (layout.isPickle) return options.runNested();
  if (layout.alignment !== undefined) await takePadding(cursor, options.inspection);
  const start = cursor.position;
  if (layout.bytes > cursor.left)
    throw new StructureError(
      'TRUNCATED',
      `Expected an array of ${layout.bytes} bytes, got an end after ${cursor.left}`,
      start,
    );
  if (layout.alignment === undefined) await demandNoPickle(cursor, options.inspection);
  cursor.seek(start + layout.bytes);
}

async function takePadding(cursor: Cursor, inspection: Inspection): Promise<void> {
  const at = cursor.position;
  await cursor.need(1);
  const count = cursor.u8();
  if (count > MOST_PADDING || count > cursor.left) throw malformed(`Expected padding, got ${count} bytes of it`, at);
  await cursor.need(count);
  if (cursor.bytes(count).some((byte) => byte !== 0xff))
    inspection.find('HIDDEN_BYTES', 'Expected padding of 0xff before an array, got other bytes', at);
}

/** `pickle.load` would go on with the first byte of the array. */
async function demandNoPickle(cursor: Cursor, inspection: Inspection): Promise<void> {
  const start = cursor.position;
  const count = Math.min(512, cursor.left);
  await cursor.need(count);
  const head = cursor.bytes(count);
  cursor.seek(start);
  if (beginsAsPickle(head))
    inspection.find('POLYGLOT', 'Expected numbers of an array, got what pickle.load would run', start);
}

function layoutOf(state: Value | undefined, at: number): Layout {
  const get = (name: string): Value | undefined => (state instanceof Dict ? state.entries.get(name) : undefined);
  const dtype = get('dtype');
  const shape = get('shape');
  const alignment = get('numpy_array_alignment_bytes');
  if (!(shape instanceof Tuple) || !(dtype instanceof Made))
    throw malformed('Expected the shape and type of an array, got others', at);
  const type = dtypeOf(dtype, at);
  const count = shape.items.reduce<number>(
    (all, size) => all * (typeof size === 'number' && size >= 0 ? size : Number.NaN),
    1,
  );
  const bytes = count * type.size;
  if (!Number.isSafeInteger(bytes)) throw malformed('Expected the shape of an array, got another value', at);
  return { isPickle: type.hasObjects, bytes, alignment: typeof alignment === 'number' ? alignment : undefined };
}

/** `dtype('f8', …)`, whose state has at its end whether there are objects in it. */
function dtypeOf(dtype: Made, at: number): { readonly size: number; readonly hasObjects: boolean } {
  const [name] = dtype.args;
  const [, letter = '', digits = ''] =
    (typeof name === 'string' ? /^[<>|=]?([a-zA-Z?])(\d{0,9})$/.exec(name) : null) ?? [];
  if (dtype.by?.path !== 'numpy.dtype' || letter === '')
    throw malformed('Expected the type of an array, got another value', at);
  const flags = dtype.state instanceof Tuple ? dtype.state.items[7] : undefined;
  const hasObjects = letter === 'O' || (typeof flags === 'number' && flags % 2 === 1);
  const size = Number(digits === '' ? 1 : digits) * (letter === 'U' ? 4 : 1);
  return { size, hasObjects };
}
