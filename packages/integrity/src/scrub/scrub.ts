import { type Clock, systemClock } from '../clock.ts';
import { IntegrityError } from '../errors.ts';
import { type CheckedManifest, checkManifest } from '../manifest/check-manifest.ts';
import { findingsOf } from '../manifest/compare.ts';
import { reportOf, type VerifyReport } from '../manifest/findings.ts';
import { keyOf, pathOf } from '../manifest/entry-path.ts';
import { pathsIn } from '../manifest/left-out.ts';
import type { Manifest, TreeOptions } from '../manifest/model.ts';
import { type Content, readContents } from '../manifest/read-contents.ts';
import { type Survey, surveyTree } from '../manifest/survey.ts';
import { countsOf, type VerifyOptions } from '../manifest/verify-manifest.ts';
import type { FoundEntry } from '../manifest/walk.ts';
import {
  checkBudget,
  coverageOf,
  dropOutdated,
  type EarlierDamage,
  earlierDamage,
  planScrub,
  type ScrubBudget,
  type ScrubCoverage,
} from './scrub-plan.ts';
import {
  type CheckRecords,
  isTempOf,
  loadState,
  mergeRecords,
  placeOfState,
  saveState,
  tidyState,
} from './scrub-state.ts';

/** Options of {@link scrub}. */
export interface ScrubOptions extends VerifyOptions {
  /** What the directory should be. */
  readonly manifest: Manifest;
  /**
   * Path of a file that keeps what was checked when. Nothing else is ever replaced. It may be in the directory, and is left
   * out of the comparison then, but the manifest may not list it.
   */
  readonly state: string;
  /** How much to do this time. Default: everything. */
  readonly budget?: ScrubBudget | undefined;
  /** Files read at a time. Default 2, so that others who need the disk hardly notice. */
  readonly concurrency?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What a scrub found. `counts.files` and `counts.bytes` are those of this run. */
export interface ScrubReport extends VerifyReport {
  /** Whether there are neither findings nor damage from earlier. */
  readonly ok: boolean;
  /** Damage that earlier scrubs found in files which were not read this time. */
  readonly earlier: readonly EarlierDamage[];
  readonly coverage: ScrubCoverage;
  /** `new`: there was no state. `damaged`: it could not be used, and everything counts as never checked. */
  readonly state: 'resumed' | 'new' | 'damaged';
}

/** While files are read, the state is saved this often; what a kill can cost. */
const SAVE_EVERY_MS = 10_000;
/** More rarely where saving takes long: at most this part of the time is spent on it. */
const SAVE_SHARE = 0.05;

/**
 * Verifies a directory bit by bit over many runs: each reads as many files as its budget allows, least recently checked
 * first, and notes in a state file what it has read. Damage of a medium is found before the day the file is needed.
 *
 * Every run compares all names, kinds, sizes, modes and times, which needs no reading, so a file that vanished or
 * appeared is reported at once. What is renamed is missing and extra here. A file is read in one go, so one that is
 * larger than the budget takes as long as it takes.
 *
 * The process may be killed at any time. Two scrubs with one state do no harm: each takes over what the other has
 * saved; at worst a file is read twice. After repairing a file, run it again: files that were damaged and have been
 * written since come first.
 *
 * @throws {IntegrityError} What `verifyManifest` throws; `INVALID_OPTION` for a budget that is not above 0, and for a state
 * that is another file, or listed in the manifest, before the directory is looked at; `READ_FAILED` and `WRITE_FAILED` for
 * the state. A state that is lost or damaged is no error.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseManifest, scrub, scrubText } from '@x/integrity';
 *
 * const manifest = parseManifest(await readFile('archive.manifest.json', 'utf8'));
 * const report = await scrub('/archive', { manifest, state: 'archive.scrub.json', budget: { ms: 3_600_000 } });
 * console.log(scrubText(report)); // … 34.0 % of the bytes were read since 2026-01-05T02:00:00.000Z.
 * ```
 */
export async function scrub(directory: string | URL, options: ScrubOptions): Promise<ScrubReport> {
  const budget = checkBudget(options.budget ?? {});
  const clock = options.clock ?? systemClock;
  const startMs = clock();
  const checked = checkManifest(options.manifest);
  const state = await placeOfState(options.state);
  const include = await includeBeside(directory, state, { include: options.include, checked });
  const { records, damage, exists } = await loadState(state, startMs);
  await tidyState(state);
  const survey = await surveyTree(directory, checked, {
    ...options,
    concurrency: options.concurrency ?? 2,
    include,
    without: [...(options.without ?? []), options.state],
  });
  dropOutdated(records, survey);
  const notes = new ScrubNotes({ state, survey, records, clock });
  const reading = readContents(survey.tree, planScrub(survey, records, budget), {
    ...options,
    concurrency: options.concurrency ?? 2,
    algorithm: survey.manifest.algorithm,
    mayStart: startsWithin(budget, startMs, clock),
    onFile: (file, outcome) => notes.take(file, outcome),
  });
  // Also when it ended early: what was read was read.
  await Promise.allSettled([reading]);
  await notes.save();
  const contents = await reading;
  const report = reportOf(findingsOf(survey, contents, options.ignore ?? []), countsOf(survey, contents));
  const earlier = earlierDamage(records, report.findings);
  return {
    ...report,
    ok: report.ok && earlier.length === 0,
    earlier,
    coverage: coverageOf(survey, records),
    state: damage === undefined ? (exists ? 'resumed' : 'new') : 'damaged',
  };
}

function startsWithin({ ms = Number.POSITIVE_INFINITY }: ScrubBudget, startMs: number, clock: Clock): () => boolean {
  let isFirst = true;
  return () => {
    if (!isFirst) return clock() - startMs < ms;
    isFirst = false;
    return true;
  };
}

/**
 * The predicate without states in the making.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for a state that the manifest lists: it would replace what it is to keep.
 */
async function includeBeside(
  directory: string | URL,
  state: string,
  { include, checked }: { readonly include: TreeOptions['include']; readonly checked: CheckedManifest },
): Promise<TreeOptions['include']> {
  const [key] = await pathsIn(directory, [state]);
  if (key === undefined) return include;
  if (checked.entries.has(key)) {
    const found = `${state}, which is ${pathOf(key).path} in it`;
    throw new IntegrityError('INVALID_OPTION', `Expected a state that the manifest does not list, got ${found}.`, {
      hint: 'Name another file for the state: this one would be replaced.',
    });
  }
  return (entry) => !isTempOf(keyOf(entry), key) && include?.(entry) !== false;
}

/** Gathers what was checked, and saves it now and then. */
class ScrubNotes {
  readonly #state: string;
  readonly #survey: Survey;
  readonly #records: CheckRecords;
  readonly #clock: Clock;
  #nextSaveMs: number;
  #saving: Promise<void> | undefined;

  constructor(parts: { state: string; survey: Survey; records: CheckRecords; clock: Clock }) {
    this.#state = parts.state;
    this.#survey = parts.survey;
    this.#records = parts.records;
    this.#clock = parts.clock;
    this.#nextSaveMs = parts.clock() + SAVE_EVERY_MS;
  }

  async take({ key, state }: FoundEntry, outcome: Content | string): Promise<void> {
    const digest = this.#survey.expected.get(key)?.digest;
    // A file that has vanished is missing; there is nothing to be noted of it.
    if (digest === undefined || outcome === 'ENOENT') return;
    const checkedAtMs = this.#clock();
    if (typeof outcome === 'string') {
      this.#records.set(key, { digest, checkedAtMs, result: 'unreadable', ctimeNs: String(state.ctimeNs) });
    } else if (outcome.digest.toString() === digest) {
      this.#records.set(key, { digest, checkedAtMs, result: 'sound' });
    } else {
      this.#records.set(key, { digest, checkedAtMs, result: 'changed', ctimeNs: String(outcome.found.state.ctimeNs) });
    }
    if (this.#saving !== undefined || checkedAtMs < this.#nextSaveMs) return;
    this.#saving = this.save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async save(): Promise<void> {
    const now = this.#clock();
    mergeRecords(this.#records, (await loadState(this.#state, now)).records);
    dropOutdated(this.#records, this.#survey);
    await saveState(this.#state, this.#records);
    const end = this.#clock();
    this.#nextSaveMs = end + Math.max(SAVE_EVERY_MS, (end - now) / SAVE_SHARE);
  }
}
