import type { KindShare, ProfileForecast } from './contract.ts';
import { entropyOf, newHistogram } from '../content/entropy.ts';
import type { ContentKind } from '../content/kind.ts';
import { type FrameProbe, type PerProfile, perProfile, PROFILES } from './probe.ts';
import type { Stratum } from './sample/frames.ts';

const ratioOf = (bytes: number, stored: number): number => (stored === 0 ? 1 : bytes / stored);

/** How much of a stratum one byte of its samples stands for. */
function weights(strata: readonly Stratum[], probes: readonly FrameProbe[]): ReadonlyMap<string, number> {
  return new Map(
    strata.map(({ name, bytes }) => {
      const sampled = probes.reduce((sum, probe) => sum + (probe.stratum === name ? probe.bytes : 0), 0);
      return [name, sampled === 0 ? 0 : bytes / sampled];
    }),
  );
}

/** What each profile would come to with all content, as the samples did: sizes and times grow with bytes. */
export function forecastProfiles(
  strata: readonly Stratum[],
  probes: readonly FrameProbe[],
  options: {
    readonly workers: number;
    readonly freeBytes?: number | undefined;
    /** What is stored in truth, for each byte that samples come to. Default 1. */
    readonly factor?: number | undefined;
  },
): readonly ProfileForecast[] {
  const { workers, freeBytes, factor = 1 } = options;
  const weight = weights(strata, probes);
  const all = (value: (probe: FrameProbe) => number): number =>
    probes.reduce((sum, probe) => sum + value(probe) * (weight.get(probe.stratum) ?? 0), 0);
  const bytes = all((probe) => probe.bytes);
  return PROFILES.map((profile) => {
    const sampled = all((probe) => probe.stored[profile]);
    // What is stored as it is does not depend on what it is.
    const bytesStored = Math.round(profile === 'none' ? sampled : Math.min(bytes, sampled * factor));
    const ms = all(
      ({ bytes: raw, stored, hashMs, compressMs, sealMs }) =>
        hashMs + compressMs[profile] + (sealMs * stored[profile]) / Math.max(1, raw),
    );
    const processorSeconds = ms / 1000;
    return {
      profile,
      bytesStored,
      ratio: ratioOf(bytes, bytesStored),
      processorSeconds,
      seconds: processorSeconds / workers,
      ...(freeBytes === undefined ? {} : { fits: bytesStored <= freeBytes }),
    };
  });
}

interface Gathered {
  readonly formats: Set<string>;
  readonly histogram: Float64Array;
  bytes: number;
  stored: PerProfile;
}

/** How much of which kind there is, largest first. */
export function shareKinds(strata: readonly Stratum[], probes: readonly FrameProbe[]): readonly KindShare[] {
  const weight = weights(strata, probes);
  const kinds = new Map<ContentKind, Gathered>();
  for (const { stratum, kinds: found } of probes) {
    const times = weight.get(stratum) ?? 0;
    for (const { kind, formats, bytes, histogram, stored } of found) {
      const known = kinds.get(kind) ?? {
        formats: new Set(),
        histogram: newHistogram(),
        bytes: 0,
        stored: perProfile(() => 0),
      };
      kinds.set(kind, known);
      for (const format of formats) known.formats.add(format);
      for (let value = 0; value < 256; value++)
        known.histogram[value] = (known.histogram[value] as number) + (histogram[value] as number) * times;
      known.bytes += bytes * times;
      const before = known.stored;
      known.stored = perProfile((profile) => before[profile] + stored[profile] * times);
    }
  }
  return [...kinds]
    .map(([kind, { formats, histogram, bytes, stored }]) => ({
      kind,
      formats: [...formats].toSorted(),
      bytes: Math.round(bytes),
      entropy: entropyOf(histogram),
      ratios: perProfile((profile) => ratioOf(bytes, stored[profile])),
    }))
    .toSorted((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
}
