/** Reads the tags and lengths with which a message begins. */
class Beginning {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The length of a field with this tag; `undefined` when another comes. */
  field(tag: number): number | undefined {
    if (this.#bytes[this.#at] !== tag) return undefined;
    this.#at += 1;
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  text(tag: number): string | undefined {
    const length = this.field(tag);
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined;
    const text = Buffer.from(this.#bytes.subarray(this.#at, this.#at + length)).toString('latin1');
    this.#at += length;
    return text;
  }
}

/** Field 1 of a message inside, and others that it may begin with. */
const INNER = 0x0a;
const NEXT = 0x12;
const VERSION = 0x08;

/**
 * `saved_model.pb`: version 1, and a graph with what is said of it. ONNX begins alike, but has the name of a program there, which does not begin with
 * the end of a line.
 */
export function isSavedModel(head: Uint8Array): boolean {
  const beginning = new Beginning(head);
  if (beginning.field(VERSION) !== 1) return false;
  return (beginning.field(NEXT) ?? 0) > 0 && beginning.field(INNER) !== undefined;
}

/** A graph: it begins with a node, which has a name and an operator. */
export function isGraph(head: Uint8Array): boolean {
  const beginning = new Beginning(head);
  if ((beginning.field(INNER) ?? 0) < 4) return false;
  const name = beginning.text(INNER);
  const operator = beginning.text(NEXT);
  return (
    name !== undefined &&
    operator !== undefined &&
    /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/.test(name) &&
    /^[A-Za-z_][A-Za-z0-9_>]*$/.test(operator)
  );
}
