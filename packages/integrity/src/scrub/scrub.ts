import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock } from '../clock.ts';
import { findingsOf } from '../manifest/compare.ts';
import { reportOf, type VerifyReport } from '../manifest/findings.ts';
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
import { type CheckRecords, isStateName, loadState, mergeRecords, saveState, tidyState } from './scrub-state.ts';

/** Options of {@link scrub}. */
export interface ScrubOptions extends VerifyOptions {
  /** What the directory should be. */
  readonly manifest: Manifest;
  /** Path of a file that keeps what was checked when. It may be in the directory; it is left out of the comparison then. */
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
 * @throws {IntegrityError} What `verifyManifest` throws; `INVALID_OPTION` for a budget that is not above 0; `READ_FAILED`
 * and `WRITE_FAILED` for the state. A state that is lost or damaged is no error.
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
  const state = resolve(options.state);
  const include = await withoutState(directory, state, options.include);
  const survey = await surveyTree(directory, options.manifest, {
    ...options,
    concurrency: options.concurrency ?? 2,
    include,
  });
  await tidyState(state);
  const { records, damage, exists } = await loadState(state, startMs);
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

/** The state would be extra, or changed, each time. */
async function withoutState(
  directory: string | URL,
  state: string,
  include: TreeOptions['include'],
): Promise<TreeOptions['include']> {
  const asPath = typeof directory === 'string' ? directory : fileURLToPath(directory);
  const [root, folder] = await Promise.all(
    [realpath(asPath), realpath(dirname(state))].map((each) => each.catch(() => '')),
  );
  if (root === undefined || folder === undefined || root === '') return include;
  const prefix = root.endsWith('/') ? root : `${root}/`;
  if (folder !== root && !folder.startsWith(prefix)) return include;
  const inner = folder === root ? '' : `${folder.slice(prefix.length)}/`;
  const name = basename(state);
  return (entry) => {
    const isState = entry.path.startsWith(inner) && isStateName(entry.path.slice(inner.length), name);
    return !isState && include?.(entry) !== false;
  };
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
