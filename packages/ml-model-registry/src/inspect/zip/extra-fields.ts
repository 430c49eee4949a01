import type { Inspection } from '../contract.ts';
import { u64At, viewOf } from './signatures.ts';

/** What the extra field of a header says. */
export interface ExtraFields {
  /** The eight-byte numbers of the zip64 field, in their order. */
  readonly zip64: readonly number[];
  /** Bytes of the name by the field of Info-ZIP for names in Unicode, where there is one. */
  readonly unicodeName: Uint8Array | undefined;
}

const ZIP64 = 0x0001;
const UNICODE_NAME = 0x7075;
/** PyTorch aligns contents with a field `FB` full of `Z`. */
const PYTORCH_PADDING = 0x4246;

/** Fields that say when and by whom a member was made, by the most bytes that they may have. */
const harmless: ReadonlyMap<number, number> = new Map([
  [0x000a, 32], // NTFS times
  [0x5455, 13], // extended timestamp
  [0x5855, 12], // Info-ZIP Unix, old
  [0x7855, 4], // Info-ZIP Unix, second
  [0x7875, 24], // Info-ZIP Unix, new
  [0xcafe, 0], // jar
]);

/** Takes an extra field apart. What is on no list is reported: it is a place to hide bytes in. */
export function readExtra(
  bytes: Uint8Array,
  place: { readonly inspection: Inspection; readonly at: number },
): ExtraFields {
  const { inspection, at } = place;
  const view = viewOf(bytes);
  const zip64: number[] = [];
  let unicodeName: Uint8Array | undefined;
  let next = 0;
  while (next + 4 <= bytes.length) {
    const id = view.getUint16(next, true);
    const start = next + 4;
    const content = bytes.subarray(start, start + view.getUint16(next + 2, true));
    const isWhole = content.length === view.getUint16(next + 2, true);
    const hidden = (): void =>
      inspection.find(
        'HIDDEN_BYTES',
        `Expected a known extra field, got 0x${id.toString(16).padStart(4, '0')}`,
        at + next,
      );
    if (!isWhole) inspection.find('MALFORMED', 'Expected a whole extra field, got a part of one', at + next);
    else if (id === ZIP64 && content.length % 8 <= 4 && content.length <= 28) {
      for (let i = 0; i + 8 <= content.length; i += 8) zip64.push(u64At(view, start + i));
    } else if (id === UNICODE_NAME && content.length > 5) unicodeName = content.subarray(5);
    else if (id === PYTORCH_PADDING ? content.some((byte) => byte !== 0x5a) : content.length > (harmless.get(id) ?? -1))
      hidden();
    next = start + content.length;
  }
  if (next < bytes.length) {
    inspection.find('HIDDEN_BYTES', `Expected extra fields, got ${bytes.length - next} bytes of none`, at + next);
  }
  return { zip64, unicodeName };
}
