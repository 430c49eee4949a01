import { Global, Storage, Tuple, type Value } from '../pickle/values.ts';

/** Storage classes of `torch`, with the type and bytes of their numbers. */
const types: Readonly<Record<string, readonly [type: string, bytes: number]>> = {
  DoubleStorage: ['float64', 8],
  FloatStorage: ['float32', 4],
  HalfStorage: ['float16', 2],
  BFloat16Storage: ['bfloat16', 2],
  LongStorage: ['int64', 8],
  IntStorage: ['int32', 4],
  ShortStorage: ['int16', 2],
  CharStorage: ['int8', 1],
  ByteStorage: ['uint8', 1],
  BoolStorage: ['bool', 1],
  ComplexDoubleStorage: ['complex128', 16],
  ComplexFloatStorage: ['complex64', 8],
  QUInt8Storage: ['quint8', 1],
  QInt8Storage: ['qint8', 1],
  QInt32Storage: ['qint32', 4],
  QUInt4x2Storage: ['quint4x2', 1],
  QUInt2x4Storage: ['quint2x4', 1],
  UntypedStorage: ['bytes', 1],
};

const bytesOfType = new Map(Object.values(types));

/** Bytes of one number. */
export function bytesOf(storage: Storage): number {
  return bytesOfType.get(storage.type) ?? 1;
}

/** The storages that ids of a pickle stand for. */
export class Storages {
  readonly #byKey = new Map<string, Storage>();

  get all(): readonly Storage[] {
    return [...this.#byKey.values()];
  }

  get(key: string): Storage | undefined {
    return this.#byKey.get(key);
  }

  /**
   * The storage of an id: `('storage', class, key, location, count)`, and before 1.6 a view after that. `undefined` for all other ids: what they stand
   * for is code.
   */
  resolve(id: Value): Storage | undefined {
    if (!(id instanceof Tuple)) return undefined;
    const [sign, type, key, location, count, view] = id.items;
    const known =
      type instanceof Global && type.rule !== undefined && Object.hasOwn(types, type.name)
        ? types[type.name]
        : undefined;
    if (sign !== 'storage' || known === undefined || (view !== undefined && view !== null)) return undefined;
    if (typeof key !== 'string' || typeof location !== 'string' || !isCount(count)) return undefined;
    const earlier = this.#byKey.get(key);
    // The first that names a storage decides how large it is.
    if (earlier !== undefined) return earlier.type === known[0] && earlier.count === count ? earlier : undefined;
    const storage = new Storage({ type: known[0], key, location, count });
    this.#byKey.set(key, storage);
    return storage;
  }
}

function isCount(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
