import type { Inspection } from '../contract.ts';
import { arrayTypeOf } from '../pickle/array-type.ts';
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
  options: {
    readonly inspection: Inspection;
    readonly runNested: () => Promise<void>;
    /** Told where the bytes of the array begin. */
    readonly onBytes: (start: number) => void;
  },
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
  options.onBytes(start);
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
  const type = arrayTypeOf(dtype);
  if (type === undefined) throw malformed('Expected the type of an array, got another value', at);
  const count = shape.items.reduce<number>(
    (all, size) => all * (typeof size === 'number' && size >= 0 ? size : Number.NaN),
    1,
  );
  const bytes = count * type.size;
  if (!Number.isSafeInteger(bytes)) throw malformed('Expected the shape of an array, got another value', at);
  return { isPickle: type.hasObjects, bytes, alignment: typeof alignment === 'number' ? alignment : undefined };
}
