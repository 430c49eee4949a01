import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { BackupError, codeOf } from '../errors.ts';
import type { EntryProblem } from '../repository/run-contract.ts';
import { monotonic } from '../run/clock.ts';
import { stopIfAborted } from './aborted.ts';
import { advise, reasonsFor } from './advise.ts';
import { earlierFactor, earlierKinds } from './earlier.ts';
import type { Analysis, AnalyzeOptions } from './contract.ts';
import { forecastProfiles, shareKinds } from './forecast.ts';
import { freeBytesAt } from './free-space.ts';
import { type FrameProbe, probeFrame } from './probe.ts';
import { type Census, takeCensus } from './sample/census.ts';
import { chooseFrames } from './sample/choose.ts';
import { framesOf, type Stratum } from './sample/frames.ts';
import { readFrame } from './sample/read.ts';

const MIB = 1024 * 1024;
const IGNORE_FILE = '.holdfastignore';

const BOUNDS = {
  workers: { fallback: Math.min(4, availableParallelism()), min: 1, max: 256 },
  maxBytes: { fallback: 64 * MIB, min: 4 * MIB, max: 1024 * MIB },
  maxMs: { fallback: 10_000, min: 1, max: 3_600_000 },
  maxEntries: { fallback: 200_000, min: 1, max: 10_000_000 },
} as const;

function limitsOf(options: AnalyzeOptions): Record<keyof typeof BOUNDS, number> {
  const value = (key: keyof typeof BOUNDS): number => {
    const { fallback, min, max } = BOUNDS[key];
    const given = options[key] ?? fallback;
    if (Number.isSafeInteger(given) && given >= min && given <= max) return given;
    throw new BackupError('INVALID_OPTION', `Expected ${key} to be a whole number from ${min} to ${max}, got ${given}`);
  };
  const { bytesPerSecond } = options;
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0 && Number.isFinite(bytesPerSecond)))
    throw new BackupError('INVALID_OPTION', `Expected bytesPerSecond to be above 0, got ${bytesPerSecond}`);
  return {
    workers: value('workers'),
    maxBytes: value('maxBytes'),
    maxMs: value('maxMs'),
    maxEntries: value('maxEntries'),
  };
}

function categoryOf(bytes: number): Analysis['sizeCategory'] {
  if (bytes === 0) return 'empty';
  if (bytes < MIB) return 'tiny';
  if (bytes < 100 * MIB) return 'small';
  return bytes < 10 * 1024 * MIB ? 'medium' : 'large';
}

interface Sampled {
  readonly probes: readonly FrameProbe[];
  readonly files: number;
  readonly problems: readonly EntryProblem[];
}

async function trySamples(
  census: Census,
  strata: readonly Stratum[],
  limits: { readonly maxBytes: number; readonly maxMs: number; readonly signal: AbortSignal | undefined },
): Promise<Sampled> {
  const probes: FrameProbe[] = [];
  const files = new Set<number>();
  const problems: EntryProblem[] = [];
  const strataTried = new Set<string>();
  const wanted = strata.filter(({ frames }) => frames > 0).length;
  const begun = monotonic();
  for (const frame of chooseFrames(strata, limits.maxBytes)) {
    stopIfAborted(limits.signal);
    if (strataTried.size >= wanted && monotonic() - begun > limits.maxMs) break;
    const pieces = await readFrame(frame, census.paths, (problem) => problems.push(problem));
    strataTried.add(frame.stratum);
    if (pieces.length === 0) continue;
    for (const { file } of pieces) files.add(file);
    probes.push(probeFrame(frame.stratum, pieces));
  }
  return { probes, files: files.size, problems };
}

async function rootOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new BackupError('PATH_FAILED', `Expected a file or folder at ${path}, got ${codeOf(cause)}`, {
      cause,
      hint: 'Check the path, and that you may read it.',
    });
  }
}

/**
 * Looks at what a backup would store before it does: kinds of content, their entropy, how small each profile makes them and how
 * long that takes here, and which profile is to be recommended, with reasons.
 *
 * Frames are put together as the engine does, some of them, spread evenly and the same each time, are read and compressed
 * with every profile, and the rest is foreseen from these. Reads `maxBytes` (64 MiB by default) and a few MiB more at most, and begins no sample
 * after `maxMs`; writes nothing. Times are of this machine as busy as it is, and the
 * recommendation goes by them: where two profiles are about as good, it may be the other one next time. With `earlier`, sizes are held
 * to what backups of such content came to. What deduplication saves is not foreseen, nor are
 * times of disks and networks.
 *
 * @throws {BackupError} `PATH_FAILED`, `INVALID_OPTION`, `ABORTED`.
 * @example
 * ```ts
 * import { analyze } from '@x/backup-store/analyze';
 *
 * const { recommended, profiles } = await analyze('/srv/uploads', { to: '/backups' });
 * console.log(recommended.profile, recommended.reason);
 * for (const { profile, bytesStored, seconds } of profiles) console.log(profile, bytesStored, seconds);
 * ```
 */
export async function analyze(path: string, options: AnalyzeOptions = {}): Promise<Analysis> {
  const { exclude = [], to, bytesPerSecond, signal } = options;
  const { workers, ...limits } = limitsOf(options);
  stopIfAborted(signal);
  const begun = monotonic();
  const root = await rootOf(path);
  const census = await takeCensus(root, { exclude, ignoreFileName: IGNORE_FILE, ...limits, signal });
  const strata = framesOf(census.sizes);
  const [small, large] = strata;
  const bytes = small.bytes + large.bytes;
  const { probes, files, problems } = await trySamples(census, strata, { ...limits, signal });
  const freeBytes = to === undefined ? undefined : await freeBytesAt(to);
  const kinds = shareKinds(strata, probes);
  const earlier = earlierKinds(options.earlier ?? [], kinds, root);
  const factor = earlierFactor(earlier, kinds);
  const profiles = forecastProfiles(strata, probes, { workers, freeBytes, factor });
  const facts = {
    bytes: profiles.length === 0 || probes.length === 0 ? 0 : bytes,
    profiles,
    kinds,
    freeBytes,
    bytesPerSecond,
    earlier,
    factor,
  };
  return {
    path,
    files: census.paths.length,
    bytes,
    sizeCategory: categoryOf(bytes),
    small: { files: small.files, bytes: small.bytes },
    large: { files: large.files, bytes: large.bytes },
    complete: census.complete,
    sample: { files, bytes: probes.reduce((sum, probe) => sum + probe.bytes, 0), frames: probes.length },
    kinds,
    earlier,
    workers,
    profiles,
    ...(to === undefined ? {} : { target: { location: to, ...(freeBytes === undefined ? {} : { freeBytes }) } }),
    recommended: advise(facts),
    reasons: reasonsFor(facts),
    problems: [...census.problems, ...problems],
    durationMs: monotonic() - begun,
  };
}
