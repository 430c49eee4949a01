import { isRandom } from './entropy.ts';
import type { Content, ContentKind } from './kind.ts';
import { contentByMagic } from './magic.ts';
import { contentOfText, isText } from './text.ts';

/** Bytes of a file that {@link sniff} looks at. */
export const HEAD_BYTES = 4096;

/**
 * Says what a file is from its first bytes: magic numbers, then structure. Its name counts only among kinds of text.
 *
 * @param head The first bytes, at most {@link HEAD_BYTES}.
 */
export function sniff(head: Buffer, name: string): Content {
  const known = contentByMagic(head);
  if (known !== undefined) return known;
  if (isText(head)) return contentOfText(head, name);
  return isRandom(head) ? { kind: 'random', format: 'random' } : { kind: 'binary', format: 'binary' };
}

/** The kind of content that begins with these bytes, of which there may be more than are looked at. */
export const sniffStart = (bytes: Buffer, name: string): ContentKind => sniff(bytes.subarray(0, HEAD_BYTES), name).kind;
