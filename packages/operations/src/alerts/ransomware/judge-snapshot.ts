import type { SnapshotFigures } from './figures.ts';
import { robustBound } from './robust.ts';

/** When a snapshot is suspicious. Each bound is the larger one of what stands here and what the tenant's own history makes usual. */
export interface RansomwareLimits {
  /** Files that were changed or deleted, at least, for anything to be suspicious. Default 20. */
  readonly files?: number | undefined;
  /** Share of files that were changed or deleted, 0 to 1. Default 0.3. */
  readonly churn?: number | undefined;
  /** Share of new bytes that look random, 0 to 1. Default 0.6. */
  readonly random?: number | undefined;
  /** New bytes that look random, at least. Default 1 MiB. */
  readonly randomBytes?: number | undefined;
  /** Share of files that were deleted, 0 to 1, which is suspicious by itself. Default 0.8. */
  readonly deleted?: number | undefined;
  /** Share of files that got an unheard-of ending, 0 to 1. Default 0.3. */
  readonly renamed?: number | undefined;
  /** Robust standard deviations from the median of the history. Default 6. */
  readonly deviations?: number | undefined;
}

/** What was found suspicious. */
export type Suspicion = 'random-content' | 'renamed-files' | 'mass-deletion';

/** What a snapshot looks like beside those before it. */
export interface SnapshotJudgement {
  readonly suspicions: readonly Suspicion[];
  readonly figures: SnapshotFigures;
  /** Share of the files before that were changed or deleted. */
  readonly churn: number;
  /** Share of new bytes that look random; `undefined` when nobody has looked. */
  readonly random: number | undefined;
  /** What the shares were compared with. */
  readonly bounds: { readonly churn: number; readonly random: number };
}

/** By so much, at least, a share has to be more than is usual: where all is changed each day, no day is unusual. */
const MARGIN = 0.1;

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** The share of files that were changed or deleted. */
const churnOf = ({ changed, deleted, filesBefore }: SnapshotFigures): number =>
  Math.min(1, shareOf(changed + deleted, filesBefore));

const randomOf = ({ bytesRandom, bytesNew }: SnapshotFigures): number | undefined =>
  bytesRandom === undefined ? undefined : shareOf(bytesRandom, bytesNew);

/** Whether so much has changed that it is worth reading names. */
export function isUnusual(
  figures: SnapshotFigures,
  history: readonly SnapshotFigures[],
  limits: RansomwareLimits = {},
): boolean {
  return judge(figures, history, limits).isChurn;
}

/**
 * Judges a snapshot by those before it: most of what was there is different now, and what came instead looks random, or has an ending that nobody has seen; or most of
 * it is gone. What only was added is never suspicious, however much it is, and neither is content that compresses.
 */
export function judgeSnapshot(
  figures: SnapshotFigures,
  history: readonly SnapshotFigures[],
  limits: RansomwareLimits = {},
): SnapshotJudgement {
  const { isChurn, churn, random, bounds } = judge(figures, history, limits);
  const { randomBytes = 1024 ** 2, renamed: renamedLimit = 0.3, deleted: deletedLimit = 0.8 } = limits;
  const { bytesRandom = 0, renamed = 0, deleted, filesBefore, added } = figures;
  const suspicions: Suspicion[] = [];
  if (isChurn) {
    const isRandom = random !== undefined && random >= bounds.random && bytesRandom >= randomBytes;
    if (isRandom) suspicions.push('random-content');
    // Names alone may be a tidying up: without a look at contents they have to do.
    if (renamed >= renamedLimit && (isRandom || random === undefined)) suspicions.push('renamed-files');
    if (shareOf(deleted - added, filesBefore) >= deletedLimit) suspicions.push('mass-deletion');
  }
  return { suspicions, figures, churn, random, bounds };
}

interface Judged {
  readonly isChurn: boolean;
  readonly churn: number;
  readonly random: number | undefined;
  readonly bounds: SnapshotJudgement['bounds'];
}

function judge(figures: SnapshotFigures, history: readonly SnapshotFigures[], limits: RansomwareLimits): Judged {
  const { files = 20, churn: churnLimit = 0.3, random: randomLimit = 0.6, deviations = 6 } = limits;
  // A first snapshot changes nothing: it has no churn to compare.
  const past = history.filter(({ filesBefore }) => filesBefore > 0);
  const boundOf = (least: number, values: readonly number[]): number =>
    Math.max(least, robustBound(values, deviations, MARGIN));
  const bounds = {
    churn: boundOf(churnLimit, past.map(churnOf)),
    random: boundOf(
      randomLimit,
      past.flatMap((each) => randomOf(each) ?? []),
    ),
  };
  const churn = churnOf(figures);
  const isChurn = figures.changed + figures.deleted >= files && churn >= bounds.churn;
  return { isChurn, churn, random: randomOf(figures), bounds };
}
