import { AutoEncoder, type AutoEncoded } from './auto-encoder.ts';
import { CODEC, type Encoded, encodeFrame, LEVELS } from './codec.ts';
import { type ContentReport, type FrameKind, mergeReports, reportOf } from './content-report.ts';
import { Pace, type PaceOptions } from './pace.ts';
import type { CompressionProfile } from './profile.ts';

/** What is known of a frame. */
export interface FrameFacts {
  readonly kind: FrameKind;
  /** Whether it is one large blob, of which a look at its middle tells. */
  readonly isAlone: boolean;
}

/** Encodes the frames of one thread by a profile, and counts what that comes to. */
export class FrameEncoder {
  readonly #profile: CompressionProfile;
  readonly #now: () => number;
  readonly #pace: Pace;
  readonly #auto = new AutoEncoder();
  #reports: readonly ContentReport[] = [];

  constructor(profile: CompressionProfile, pace: PaceOptions) {
    this.#profile = profile;
    this.#now = pace.now;
    this.#pace = new Pace(pace);
  }

  /** What was encoded so far, by kinds of content. */
  get reports(): readonly ContentReport[] {
    return this.#reports;
  }

  encode(raw: Uint8Array, facts: FrameFacts): Encoded {
    const begun = this.#now();
    const { reason, isRetried, ...encoded } = this.#encode(raw, facts);
    const report = reportOf({
      kind: facts.kind,
      bytesIn: raw.length,
      bytesOut: encoded.bytes.length,
      level: encoded.level,
      reason,
      isRetried,
      ms: this.#now() - begun,
    });
    this.#reports = mergeReports([...this.#reports, report]);
    return encoded;
  }

  #encode(raw: Uint8Array, { kind, isAlone }: FrameFacts): AutoEncoded {
    if (this.#profile === 'auto') return this.#auto.encode(raw, kind, { effort: this.#pace.effort(), probe: isAlone });
    const level = LEVELS[this.#profile];
    const encoded = encodeFrame(raw, level, isAlone);
    const isTried = encoded.codec === CODEC.raw && level > 0;
    return { ...encoded, reason: isTried ? 'not-smaller' : 'profile', isRetried: false };
  }
}
