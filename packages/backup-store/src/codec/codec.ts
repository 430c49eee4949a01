import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { free } from '../bytes/free.ts';
import { BackupError } from '../errors.ts';
import type { FixedProfile } from './profile.ts';

/** How a frame is stored. The numbers stand in packs. */
export const CODEC = { raw: 0, zstd: 1 } as const;

/** A number of {@link CODEC}. */
export type Codec = (typeof CODEC)[keyof typeof CODEC];

/** zstd levels of the profiles that have one; `none` never compresses. */
export const LEVELS: Readonly<Record<FixedProfile, number>> = { none: 0, fast: 1, balanced: 3, maximum: 12 };

/** Bytes looked at to guess whether a large frame is worth compressing. */
const PROBE_BYTES = 64 * 1024;
/** Bytes counted before that, which costs next to nothing. */
const SAMPLE_BYTES = 4096;
/** A frame has to shrink to this share of its size to be stored compressed. */
const WORTHWHILE = 0.98;

/** Level 3 with tables that fit a processor's cache better, and matches over a whole frame: faster, hardly larger. */
const BALANCED = { [constants.ZSTD_c_windowLog]: 22, [constants.ZSTD_c_chainLog]: 15 };

const compressed = (bytes: Uint8Array, level: number): Buffer =>
  zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: level, ...(level === LEVELS.balanced ? BALANCED : undefined) },
    // One allocation of the right size instead of many small ones.
    chunkSize: Math.max(1024, bytes.length + (bytes.length >> 8) + 512),
  });

/** Whether all byte values are about equally frequent: so in noise, and in what is compressed or encrypted already. */
function isEven(bytes: Uint8Array): boolean {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] as number) + 1;
  let squares = 0;
  for (let value = 0; value < 256; value++) squares += (counts[value] as number) ** 2;
  // Of n random bytes the squares add up to about n + n²/256; of text, to several times that.
  return squares < 1.25 * (bytes.length + bytes.length ** 2 / 256);
}

/**
 * Whether large data looks compressible: if the bytes in its middle could be noise, a piece from there is compressed at
 * level 1. Small data is not probed, as compressing it costs no more than the probe.
 */
function worthTrying(bytes: Uint8Array): boolean {
  if (bytes.length < 4 * PROBE_BYTES) return true;
  const from = (bytes.length - PROBE_BYTES) >> 1;
  if (!isEven(bytes.subarray(from, from + SAMPLE_BYTES))) return true;
  const probe = bytes.subarray(from, from + PROBE_BYTES);
  const packed = compressed(probe, LEVELS.fast);
  const worthwhile = packed.length < PROBE_BYTES * WORTHWHILE;
  free(packed);
  return worthwhile;
}

/** A frame's bytes as they are stored. */
export interface Encoded {
  readonly codec: Codec;
  /** Of zstd; 0: raw. */
  readonly level: number;
  readonly bytes: Uint8Array;
}

/**
 * Compresses a frame, or leaves it when that does not help. `level` 0 leaves it always.
 *
 * @param probe Whether a look at its middle tells of the whole frame: so for one large blob, not for many small ones.
 */
export function encodeFrame(raw: Uint8Array, level: number, probe = true): Encoded {
  if (level > 0 && raw.length > 0 && (!probe || worthTrying(raw))) {
    const bytes = compressed(raw, level);
    if (bytes.length < raw.length * WORTHWHILE) return { codec: CODEC.zstd, level, bytes };
    free(bytes);
  }
  return { codec: CODEC.raw, level: 0, bytes: raw };
}

/** What must be known to bring a frame back. */
export interface FrameForm {
  /** A number of {@link CODEC}, if it is one. */
  readonly codec: number;
  /** Bytes when unpacked. */
  readonly raw: number;
}

/**
 * Brings a frame back. Output is limited to the length it says, so a small object can't unpack to a huge one.
 *
 * @param object Names the pack in errors.
 * @throws {BackupError} `OBJECT_INVALID` when the result has another length or the codec is unknown.
 */
export function decodeFrame(frame: FrameForm, stored: Uint8Array, object: string): Uint8Array {
  const fail = (message: string, cause?: unknown): never => {
    throw new BackupError('OBJECT_INVALID', `${message} in ${object}`, { cause, object });
  };
  if (frame.codec !== CODEC.raw && frame.codec !== CODEC.zstd) return fail(`Expected codec 0 or 1, got ${frame.codec}`);
  let raw = stored;
  if (frame.codec === CODEC.zstd) {
    try {
      raw = zstdDecompressSync(stored, {
        maxOutputLength: Math.max(1, frame.raw),
        chunkSize: Math.max(1024, frame.raw + 1),
      });
    } catch (cause) {
      return fail(`Expected a zstd frame of ${frame.raw} bytes, got something else`, cause);
    }
  }
  return raw.length === frame.raw ? raw : fail(`Expected a frame of ${frame.raw} bytes, got ${raw.length}`);
}
