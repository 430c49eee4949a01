import type { Inspection } from '../contract.ts';
import type { FindingCode } from '../finding-codes.ts';
import { defaultLimits } from '../limits.ts';
import { memorySource } from '../source/byte-source.ts';
import { Cursor } from '../source/cursor.ts';
import { StructureError } from '../structure-error.ts';
import { opcodes } from './opcodes.ts';
import { runPickle } from './run-pickle.ts';
import { beginsAsPickle } from './strings.ts';

/** With what pickles without a protocol begin: a value, a mark or an import. */
const beginnings = new Set([...'(cINSVFLi])}KJMGTUX'].map((letter) => letter.charCodeAt(0)));

/** Whether bytes are the beginning of a pickle. Those of protocols 0 and 1 have no sign, so that they are walked as far as they are there. */
export async function looksLikePickle(head: Uint8Array, size: number): Promise<boolean> {
  const [first = 0, version = 255, third] = head;
  if (first === 0x80) return version <= 9 && (third === undefined || opcodes[third] !== undefined);
  if (!beginnings.has(first)) return false;
  if (beginsAsPickle(head)) return true;
  const found: FindingCode[] = [];
  try {
    await runPickle(new Cursor(memorySource(head)), { inspection: silent(found) });
    return true;
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    // It breaks, but only after it ran what it was made for.
    if (found.includes('PICKLE_DANGEROUS_NAME')) return true;
    const isLonger = size > head.length && (error.code === 'TRUNCATED' || error.code === 'LIMIT_EXCEEDED');
    return isLonger && error.offset > 64;
  }
}

/** An inspection that nobody hears of but who knows formats. */
function silent(found: FindingCode[]): Inspection {
  let steps = 0;
  const inspection: Inspection = {
    limits: { ...defaultLimits, held: 4 * 1024 * 1024 },
    part: undefined,
    directory: undefined,
    signal: undefined,
    find: (code) => {
      if (found.length < 100) found.push(code);
    },
    step: (count, offset) => {
      steps += count;
      if (steps > 10_000) throw new StructureError('LIMIT_EXCEEDED', 'Expected fewer steps', offset);
    },
    inflate: () => undefined,
    uses: () => undefined,
    nested: () => Promise.resolve(undefined),
    inside: () => inspection,
  };
  return inspection;
}
