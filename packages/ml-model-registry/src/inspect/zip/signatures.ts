/** Signatures of the records of a zip archive (APPNOTE.TXT 6.3.10, section 4.3), as little-endian numbers. */
export const signatures = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

/** A 32-bit field that says: look in the zip64 field. */
export const SATURATED_32 = 0xffff_ffff;
/** A 16-bit field that says so. */
export const SATURATED_16 = 0xffff;

/** A view of bytes, for numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Eight bytes as a whole number. Above 2^53 it is not exact, but it is larger than any file is. */
export function u64At(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
