import type { FixedProfile } from '../repository/contract.ts';
import type { Analysis, EarlierKind, KindShare, ProfileForecast } from './contract.ts';

/** Below this saving, compressing is not worth a name. */
const NOTHING_SAVED = 0.02;
/** `maximum` has to store this much less than `balanced` … */
const MUCH_SMALLER = 0.1;
/** … and to take at most this much longer, in seconds. */
const PATIENCE_S = 60;
/** `fast` may store this much more than `balanced`, if it takes this share of its time. */
const HARDLY_LARGER = 1.03;
const MUCH_FASTER = 0.8;
/** What finishes within this of the first is as good, and the smaller one is chosen. */
const ABOUT_AS_SOON = 1.05;

/** What {@link advise} knows. */
export interface Facts {
  readonly bytes: number;
  readonly profiles: readonly ProfileForecast[];
  readonly kinds: readonly KindShare[];
  readonly freeBytes?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly earlier?: readonly EarlierKind[] | undefined;
  /** By how much earlier backups came out larger or smaller than samples foresee. */
  readonly factor?: number | undefined;
}

type Advice = Analysis['recommended'];

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const size = (bytes: number): string => {
  if (bytes < 2 ** 20) return `${Math.ceil(bytes / 1024)} KiB`;
  const mebi = bytes / 2 ** 20;
  return mebi < 1024 ? `${mebi < 10 ? mebi.toFixed(1) : Math.round(mebi)} MiB` : `${(mebi / 1024).toFixed(1)} GiB`;
};
const time = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`);

function forecastOf(facts: Facts, profile: FixedProfile): ProfileForecast {
  return facts.profiles.find((each) => each.profile === profile) as ProfileForecast;
}

function soonest(facts: Facts, bytesPerSecond: number): Advice {
  const ends = facts.profiles.map((each) => ({
    ...each,
    ends: Math.max(each.seconds, each.bytesStored / bytesPerSecond),
  }));
  const first = Math.min(...ends.map((each) => each.ends));
  const good = ends.filter((each) => each.ends <= first * ABOUT_AS_SOON);
  const best = good.reduce((a, b) => (b.bytesStored < a.bytesStored * (1 - 1e-9) ? b : a));
  const bound = best.seconds > best.bytesStored / bytesPerSecond ? 'this machine' : 'the destination';
  return {
    profile: best.profile,
    reason: `It is done first, or about so, and smallest of those: ${time(best.ends)}, bound by ${bound}.`,
  };
}

function byContent(facts: Facts): Advice {
  const balanced = forecastOf(facts, 'balanced');
  const maximum = forecastOf(facts, 'maximum');
  const fast = forecastOf(facts, 'fast');
  if (1 - maximum.bytesStored / facts.bytes < NOTHING_SAVED)
    return {
      profile: 'none',
      reason: `Even maximum saves less than ${percent(NOTHING_SAVED)}: this content is compressed or encrypted already.`,
    };
  const less = 1 - maximum.bytesStored / balanced.bytesStored;
  const longer = maximum.seconds - balanced.seconds;
  if (less >= MUCH_SMALLER && longer <= PATIENCE_S)
    return {
      profile: 'maximum',
      reason: `It stores ${percent(less)} less than balanced and takes ${time(longer)} longer.`,
    };
  if (fast.bytesStored <= balanced.bytesStored * HARDLY_LARGER && fast.seconds <= balanced.seconds * MUCH_FASTER)
    return {
      profile: 'fast',
      reason: `It stores hardly more than balanced, in ${percent(fast.seconds / balanced.seconds)} of its time.`,
    };
  const why =
    less < MUCH_SMALLER
      ? `maximum would store only ${percent(less)} less`
      : `maximum would store ${percent(less)} less, but take ${time(longer)} longer`;
  return {
    profile: 'balanced',
    reason: `${why[0]?.toUpperCase()}${why.slice(1)}, and fast ${percent(fast.bytesStored / balanced.bytesStored - 1)} more.`,
  };
}

/** If the choice does not fit and a smaller one does, that; if none does, the smallest. */
function thatFits(facts: Facts, choice: Advice): Advice {
  const { freeBytes } = facts;
  if (freeBytes === undefined || forecastOf(facts, choice.profile).bytesStored <= freeBytes) return choice;
  const fitting = facts.profiles.find((each) => each.bytesStored <= freeBytes);
  if (fitting !== undefined)
    return {
      profile: fitting.profile,
      reason: `Of ${size(freeBytes)} that are free, it leaves some; ${choice.profile} would not fit.`,
    };
  const smallest = facts.profiles.reduce((a, b) => (b.bytesStored < a.bytesStored ? b : a));
  return {
    profile: smallest.profile,
    reason: `It is the smallest, and still does not fit: ${size(smallest.bytesStored)} are needed, ${size(freeBytes)} are free.`,
  };
}

/** Chooses a profile from forecasts: pure, and the same for the same facts. */
export function advise(facts: Facts): Advice {
  if (facts.bytes === 0)
    return { profile: 'balanced', reason: 'There is no content to compress; this is as good as any.' };
  const { bytesPerSecond } = facts;
  return thatFits(facts, bytesPerSecond === undefined ? byContent(facts) : soonest(facts, bytesPerSecond));
}

/** What the recommendation rests on, in sentences. */
export function reasonsFor(facts: Facts): readonly string[] {
  const [largest] = facts.kinds;
  if (largest === undefined) return [];
  const stiff = facts.kinds.filter(({ ratios }) => 1 - 1 / ratios.maximum < NOTHING_SAVED);
  const stiffBytes = stiff.reduce((sum, { bytes }) => sum + bytes, 0);
  const balanced = forecastOf(facts, 'balanced');
  const reasons = [
    `${percent(largest.bytes / facts.bytes)} of the content is ${largest.kind}, with ${largest.entropy.toFixed(2)} bits of entropy a byte.`,
    `Balanced would store ${size(balanced.bytesStored)} of ${size(facts.bytes)}; what is there twice is stored once, which is not foreseen here.`,
  ];
  if (stiffBytes > 0)
    reasons.push(
      `${percent(stiffBytes / facts.bytes)} (${stiff.map(({ kind }) => kind).join(', ')}) does not get smaller; the engine notices that and stores it as it is.`,
    );
  const [before] = facts.earlier ?? [];
  if (before !== undefined) {
    const runs = `${before.snapshots} earlier ${before.snapshots === 1 ? 'backup' : 'backups'}`;
    const held =
      facts.factor === undefined
        ? 'too little of this content was backed up before to foresee by that'
        : `sizes here are those of the sample times ${facts.factor.toFixed(2)}, as they came out`;
    reasons.push(`${runs} stored ${before.kind} at ${before.ratio.toFixed(1)} to 1 with ${before.profile}; ${held}.`);
  }
  if (facts.freeBytes !== undefined) reasons.push(`${size(facts.freeBytes)} are free at the destination.`);
  return reasons;
}
