/** Turns the bytes of each number around, in place. `each` is 1, 2, 4 or 8; the length is a multiple of it. */
export function swapBytes(bytes: Uint8Array, each: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (each === 2) buffer.swap16();
  else if (each === 4) buffer.swap32();
  else if (each === 8) buffer.swap64();
}
