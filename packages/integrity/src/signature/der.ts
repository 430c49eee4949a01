/** One element of DER (ITU-T X.690): its tag, and the bytes of its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The tags that certificates are taken apart by. */
export const DER = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
} as const;

/** The number that says that the tag goes on in the next bytes (section 8.1.2.4). */
const LONG_TAG = 0x1f;

/**
 * The elements that stand in a row in `bytes`. Only what certificates need: tags of one byte, lengths of up to three. Each
 * length must be in the shortest form (section 10.1), and is checked against what is there before anything is cut out.
 *
 * @throws {RangeError} For anything else.
 */
export function derElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = byteAt(bytes, at);
    if ((tag & LONG_TAG) === LONG_TAG) throw new RangeError('a tag of several bytes');
    const { length, start } = readLength(bytes, at + 1);
    if (start + length > bytes.length) throw new RangeError('an element that is longer than what holds it');
    elements.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

/**
 * The elements inside of an element of this tag.
 *
 * @throws {RangeError} For another tag, or no element.
 */
export function derInside(element: DerElement | undefined, tag: number = DER.sequence): DerElement[] {
  return derElements(derContent(element, tag));
}

/**
 * The content of an element of this tag.
 *
 * @throws {RangeError} For another tag, or no element.
 */
export function derContent(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new RangeError('another element than expected');
  return element.content;
}

/** X.690 section 8.1.3: up to 127 in one byte, else the number of bytes that follow, most significant first. */
function readLength(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = byteAt(bytes, at);
  if (first < 0x80) return { length: first, start: at + 1 };
  const count = first & 0x7f;
  if (count > 3) throw new RangeError('a length of more than three bytes');
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + byteAt(bytes, at + index);
  // Without any bytes, which would be an indefinite length, it is 0.
  if (length < 0x80 || length < 256 ** (count - 1)) throw new RangeError('a length that is not in its shortest form');
  return { length, start: at + 1 + count };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('an element that ends too early');
  return byte;
}
