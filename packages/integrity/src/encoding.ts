// In the browser build, encoding.browser.ts takes the place of this file.

/** Lowercase hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The bytes of a hexadecimal text in any case; `undefined` where it is anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Uint8Array.from(Buffer.from(text, 'hex'));
  // Buffer.from ends at what it can't read.
  return toHex(bytes) === text.toLowerCase() ? bytes : undefined;
}

/** Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** The bytes of a base64 text with padding; `undefined` where it is anything else or not what `toBase64` would give. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return toBase64(bytes) === text ? bytes : undefined;
}
