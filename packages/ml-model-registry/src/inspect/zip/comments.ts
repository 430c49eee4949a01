import type { Inspection } from '../contract.ts';

/** Longest comment that is still a remark and no hiding place, in bytes. */
const MAX_COMMENT = 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reports a comment: a short text is worth a note, anything else hides something. */
export function checkComment(bytes: Uint8Array, place: { readonly inspection: Inspection; readonly at: number }): void {
  const { inspection, at } = place;
  if (bytes.length === 0) return;
  if (bytes.length <= MAX_COMMENT && isText(bytes)) {
    inspection.find('ZIP_COMMENT', `Expected no comment, got one of ${bytes.length} bytes`, at);
  } else {
    inspection.find('HIDDEN_BYTES', `Expected a short text as comment, got ${bytes.length} other bytes`, at);
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(utf8.decode(bytes));
  } catch {
    return false;
  }
}
