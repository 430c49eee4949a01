/** Bytes or text that is left where it is: too long to hold, or bytes. */
export class Blob {
  readonly kind: 'bytes' | 'text' | 'bytearray';
  /** Where it begins in the source; `undefined` when it was written with escapes. */
  readonly at: number | undefined;
  readonly length: number;

  constructor(kind: Blob['kind'], at: number | undefined, length: number) {
    this.kind = kind;
    this.at = at;
    this.length = length;
  }
}

/** A tuple. All of it is kept up to 100 items. */
export class Tuple {
  readonly items: readonly Value[];
  readonly length: number;

  constructor(items: readonly Value[]) {
    this.length = items.length;
    this.items = items.length > 100 ? items.slice(0, 100) : items;
  }
}

/** A list or set. What was put in is judged by then, so that only the beginning is kept. */
export class Sequence {
  readonly kind: 'list' | 'set' | 'frozenset';
  readonly items: Value[] = [];
  length = 0;

  constructor(kind: Sequence['kind']) {
    this.kind = kind;
  }

  add(value: Value): void {
    this.length += 1;
    if (this.items.length < 16) this.items.push(value);
  }
}

/** A dict, with the entries whose keys are texts or numbers. */
export class Dict {
  readonly entries: Map<string, Value> = new Map<string, Value>();
  length = 0;
  /** The first key that is a name of Python's own: `__class__`. */
  special: string | undefined;

  set(key: Value, value: Value): void {
    this.length += 1;
    if (typeof key !== 'string' && typeof key !== 'number') return;
    const name = String(key);
    if (this.special === undefined && name.startsWith('__') && name.endsWith('__')) this.special = name;
    if (this.entries.size < 100_000) this.entries.set(name, value);
  }
}

/** What a name may be used for. To be referred to is what each listed name may. */
export interface Rule {
  /** May be called with these arguments: any, or those that the function finds in order. It says what it expects otherwise. */
  readonly call?: true | ((args: readonly Value[]) => string | undefined) | undefined;
  /** A class of which objects may be made without its constructor, and given attributes. */
  readonly data?: boolean | undefined;
  /** Its objects take items with the opcodes of lists, sets or dicts. */
  readonly items?: boolean | undefined;
  /** The package whose objects it makes. */
  readonly framework?: string | undefined;
}

/** Something that a module has under a name. */
export class Global {
  readonly module: string;
  readonly name: string;
  /** What may be done with it; `undefined` when it is on no list. */
  readonly rule: Rule | undefined;

  constructor(module: string, name: string, rule: Rule | undefined) {
    this.module = module;
    this.name = name;
    this.rule = rule;
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** What a call gave. */
export class Made {
  /** The class or function; `undefined` when it is not known. */
  readonly by: Global | undefined;
  readonly args: readonly Value[];
  state: Value | undefined;
  /** What was put in with the opcodes of lists and dicts. */
  readonly entries: Map<string, Value> = new Map<string, Value>();

  constructor(by: Global | undefined, args: readonly Value[]) {
    this.by = by;
    this.args = args;
  }
}

/** Something whose value does not matter: what is outside, or numbers too large. */
export class Opaque {
  readonly what: string;

  constructor(what: string) {
    this.what = what;
  }
}

/** Numbers outside of the pickle, which tensors share. */
export class Storage {
  /** The type of each number: `float32`. */
  readonly type: string;
  /** Its name among the files or parts beside the pickle. */
  readonly key: string;
  /** The device that it was on. */
  readonly location: string;
  /** How many numbers. */
  readonly count: number;

  constructor(storage: {
    readonly type: string;
    readonly key: string;
    readonly location: string;
    readonly count: number;
  }) {
    this.type = storage.type;
    this.key = storage.key;
    this.location = storage.location;
    this.count = storage.count;
  }
}

/** A value of the pickle machine. Python's `None` is `null`. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Blob
  | Tuple
  | Sequence
  | Dict
  | Global
  | Made
  | Storage
  | Opaque;

/** What a value is, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'a truth value';
  if (value instanceof Blob) return value.kind === 'text' ? 'a long text' : 'bytes';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Sequence) return `a ${value.kind}`;
  if (value instanceof Dict) return 'a dict';
  if (value instanceof Global) return value.path;
  if (value instanceof Made) return value.by === undefined ? 'what a call gives' : `what ${value.by.path} gives`;
  return value instanceof Storage ? 'a storage' : value.what;
}
