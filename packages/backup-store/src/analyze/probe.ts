import { createCipheriv } from 'node:crypto';
import { free } from '../bytes/free.ts';
import { sha256 } from '../bytes/sha256.ts';
import { encodeFrame, LEVELS } from '../codec/codec.ts';
import type { FixedProfile } from '../repository/contract.ts';
import { monotonic } from '../run/clock.ts';
import { count, type Histogram, newHistogram } from '../content/entropy.ts';
import type { ContentKind } from '../content/kind.ts';
import type { ReadPiece } from './sample/read.ts';

/** All profiles, from the least to the most work. */
export const PROFILES: readonly FixedProfile[] = ['none', 'fast', 'balanced', 'maximum'];

/** A number for each profile. */
export type PerProfile = Record<FixedProfile, number>;

export const perProfile = (value: (profile: FixedProfile) => number): PerProfile => ({
  none: value('none'),
  fast: value('fast'),
  balanced: value('balanced'),
  maximum: value('maximum'),
});

/** What the pieces of one kind came to within a frame. */
export interface KindProbe {
  readonly kind: ContentKind;
  readonly formats: readonly string[];
  readonly bytes: number;
  readonly histogram: Histogram;
  readonly stored: PerProfile;
}

/** What a frame came to: as the engine would store it, and what that took. */
export interface FrameProbe {
  readonly stratum: 'small' | 'large';
  readonly bytes: number;
  readonly stored: PerProfile;
  /** Milliseconds to compress. */
  readonly compressMs: PerProfile;
  readonly hashMs: number;
  /** Milliseconds to encrypt as many bytes as the frame has unpacked. */
  readonly sealMs: number;
  readonly kinds: readonly KindProbe[];
}

function timed<T>(work: () => T): readonly [result: T, ms: number] {
  const begun = monotonic();
  const result = work();
  return [result, monotonic() - begun];
}

function storedBytes(raw: Buffer, profile: FixedProfile, alone: boolean): number {
  const { bytes } = encodeFrame(raw, LEVELS[profile], alone);
  const { length } = bytes;
  if (bytes !== raw) free(bytes);
  return length;
}

function sealed(raw: Buffer): void {
  const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
  free(cipher.update(raw));
  cipher.final();
}

/** The pieces of each kind, one after the other. */
function byKind(pieces: readonly ReadPiece[]): readonly (readonly [ContentKind, readonly ReadPiece[]])[] {
  const kinds = new Map<ContentKind, ReadPiece[]>();
  for (const piece of pieces) {
    const list = kinds.get(piece.content.kind);
    if (list === undefined) kinds.set(piece.content.kind, [piece]);
    else list.push(piece);
  }
  return [...kinds];
}

/**
 * What each kind takes of a frame. Where there are several, each is compressed alone and fast, and has that share of what
 * the frame as a whole came to.
 */
function kindsOf(pieces: readonly ReadPiece[], stored: PerProfile): readonly KindProbe[] {
  const groups = byKind(pieces).map(([kind, list]) => {
    const raw = list.length === 1 ? (list[0] as ReadPiece).bytes : Buffer.concat(list.map(({ bytes }) => bytes));
    const histogram = newHistogram();
    count(histogram, raw);
    return { kind, formats: [...new Set(list.map(({ content }) => content.format))], raw, histogram };
  });
  const alone = groups.map(({ raw }) => (groups.length === 1 ? raw.length : storedBytes(raw, 'fast', false)));
  const together = alone.reduce((sum, bytes) => sum + bytes, 0);
  return groups.map(({ kind, formats, raw, histogram }, at) => {
    const share = together === 0 ? 0 : (alone[at] as number) / together;
    const own = perProfile((profile) => (profile === 'none' ? raw.length : stored[profile] * share));
    return { kind, formats, bytes: raw.length, histogram, stored: own };
  });
}

/** Compresses a frame with each profile, exactly as the engine does. */
export function probeFrame(stratum: 'small' | 'large', pieces: readonly ReadPiece[]): FrameProbe {
  const raw = pieces.length === 1 ? (pieces[0] as ReadPiece).bytes : Buffer.concat(pieces.map(({ bytes }) => bytes));
  const alone = pieces.length === 1;
  const runs = new Map(PROFILES.map((profile) => [profile, timed(() => storedBytes(raw, profile, alone))] as const));
  const stored = perProfile((profile) => runs.get(profile)?.[0] ?? raw.length);
  const compressMs = perProfile((profile) => (profile === 'none' ? 0 : (runs.get(profile)?.[1] ?? 0)));
  const [, hashMs] = timed(() => pieces.forEach(({ bytes }) => sha256(bytes)));
  const [, sealMs] = timed(() => sealed(raw));
  return { stratum, bytes: raw.length, stored, compressMs, hashMs, sealMs, kinds: kindsOf(pieces, stored) };
}
