import { free } from '../bytes/free.ts';
import { autoMethods } from './auto-methods.ts';
import { CODEC, type Encoded, encodeFrame } from './codec.ts';
import type { FrameKind, FrameReason } from './content-report.ts';

/** A second try has to be smaller by this share to have been worth its time. */
const WORTH_GAIN = 0.05;
/** Frames of a kind that are not tried again after a try that was not worth it; the next time, so many times as many. */
const FIRST_PAUSE = 511;
const LONGER = 8;

/** A frame that was encoded, and why so. */
export interface AutoEncoded extends Encoded {
  readonly reason: FrameReason;
  readonly isRetried: boolean;
}

/** Frames of a kind that are let be, and how many after the next try that gains little. */
interface Pause {
  left: number;
  next: number;
}

/**
 * Chooses a method for each frame by its kind. A frame that saves less than its kind should is compressed once more with the
 * next method, and the smaller of both is kept. Where that has gained little, frames of this kind are let be for a while: of random
 * ids and digests, no method makes less.
 */
export class AutoEncoder {
  readonly #pauses = new Map<FrameKind, Pause>();

  /** @param how `effort`: 0 for the usual level, above for more patient ones. `probe`: as in {@link encodeFrame}. */
  encode(raw: Uint8Array, kind: FrameKind, how: { readonly effort: number; readonly probe: boolean }): AutoEncoded {
    const { levels, expected } = autoMethods(kind);
    const at = Math.min(how.effort, levels.length - 1);
    const first = encodeFrame(raw, levels[at] as number, how.probe);
    if (first.codec === CODEC.raw) return { ...first, reason: 'not-smaller', isRetried: false };
    if (1 - first.bytes.length / raw.length >= expected) return { ...first, reason: 'as-expected', isRetried: false };
    const next = levels[at + 1];
    if (next === undefined) return { ...first, reason: 'no-next', isRetried: false };
    const pause = this.#pauseOf(kind);
    if (pause.left > 0) {
      pause.left--;
      return { ...first, reason: 'not-retried', isRetried: false };
    }
    const second = encodeFrame(raw, next, false);
    if (second.bytes.length < first.bytes.length * (1 - WORTH_GAIN)) pause.next = FIRST_PAUSE;
    else {
      pause.left = pause.next;
      pause.next *= LONGER;
    }
    const isSmaller = second.bytes.length < first.bytes.length;
    const { bytes } = isSmaller ? first : second;
    if (bytes !== raw) free(bytes);
    return isSmaller
      ? { ...second, reason: 'next-kept', isRetried: true }
      : { ...first, reason: 'first-kept', isRetried: true };
  }

  #pauseOf(kind: FrameKind): Pause {
    const known = this.#pauses.get(kind) ?? { left: 0, next: FIRST_PAUSE };
    this.#pauses.set(kind, known);
    return known;
  }
}
