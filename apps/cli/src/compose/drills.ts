import type { Repository } from '@x/backup-store';
import type {
  DrillIntervals,
  DrillKind,
  DrillPlan,
  DrillPolicy,
  DrillResult,
  PlannedDrill,
} from '@x/operations/drills';
import { now } from '../clock.ts';
import { demandBytes } from '../config/bytes.ts';
import { optionalDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import { CliError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { createProgressReporter } from '../terminal/progress-reporter.ts';
import type { OperationsStore } from './operations-store.ts';
import { trialPlaces } from './validation.ts';

/** Options of every command about drills and metrics. */
export const OPERATIONS_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--operations-store <location>',
    description:
      'folder or URL in which drills, objectives and sizes are remembered (HOLDFAST_OPERATIONS_STORE; default: .holdfast/operations beside the configuration)',
  },
];

/** Loads what drills and judges. */
export const drilling = async (): Promise<typeof import('@x/operations/drills')> => import('@x/operations/drills');

const intervalOf = (text: string | undefined): number | null | undefined =>
  text === 'never' ? null : optionalDuration(text);

/** When what is drilled, by the configuration. @throws {CliError} `USAGE`. */
function drillPolicy(settings: Settings): DrillPolicy {
  const tenants: Record<string, DrillIntervals> = {};
  for (const [name, own] of Object.entries(settings['drills.tenants'] ?? {}))
    tenants[name] = { validateEveryMs: intervalOf(own.validateEvery), fullEveryMs: intervalOf(own.fullEvery) };
  return {
    validateEveryMs: intervalOf(settings['drills.validateEvery']),
    fullEveryMs: intervalOf(settings['drills.fullEvery']),
    retryAfterMs: optionalDuration(settings['drills.retryAfter']),
    perRun: settings['drills.perRun'],
    seed: settings['drills.seed'],
    tenants,
  };
}

/** What is due, of all tenants or of one. */
export async function dueDrills(
  context: Context,
  { repository, book }: { readonly repository: Repository; readonly book: OperationsStore['book'] },
  tenant: string | undefined,
): Promise<DrillPlan> {
  const { settings } = await context.effective();
  const { drillHistory, drillSnapshots, planDrills } = await drilling();
  return planDrills({
    snapshots: drillSnapshots(await repository.catalog({ tenant })),
    history: await drillHistory(book, { tenant }),
    policy: drillPolicy(settings),
    nowMs: now(),
  });
}

/** One snapshot that somebody wants to see drilled. */
export interface WantedDrill {
  readonly tenant: string;
  /** Id, beginning of an id, or name. Default: the newest that has content. */
  readonly snapshot?: string | undefined;
  readonly kind: DrillKind;
}

/** The same as a plan has it. @throws {CliError | BackupError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`. */
export async function wantedDrill(repository: Repository, wanted: WantedDrill): Promise<PlannedDrill> {
  const { tenant, snapshot, kind } = wanted;
  const all = (await drilling()).drillSnapshots(await repository.catalog({ tenant }));
  const id =
    snapshot === undefined || snapshot === 'latest' ? undefined : (await repository.snapshot(snapshot, { tenant })).id;
  const found =
    id === undefined
      ? all.toSorted((a, b) => b.madeMs - a.madeMs).find((each) => each.kind !== 'checkpoint')
      : all.find((each) => each.id === id);
  if (found === undefined)
    throw new CliError('SNAPSHOT_NOT_FOUND', `Expected a snapshot of tenant ${tenant} that can be restored, got none`, {
      hint: 'List what there is with `holdfast backup list`, or name another --tenant.',
    });
  return {
    kind,
    tenant,
    snapshot: found.id,
    madeAt: new Date(found.madeMs).toISOString(),
    bytes: found.bytes,
    dueAt: new Date(now()).toISOString(),
    reason: 'somebody asked for it',
  };
}

/** The same book; what is written into it is told, too, to whoever hears of what a command does. */
export function toldBook({ told }: Context, book: OperationsStore['book']): OperationsStore['book'] {
  return {
    read: (query) => book.read(query),
    append: async (event) => {
      told.event(event);
      await book.append(event);
    },
  };
}

/** Makes drills one after the other, and tells of each. @throws {BackupError} `ABORTED`. */
export async function runDrills(
  context: Context,
  { repository, book }: { readonly repository: Repository; readonly book: OperationsStore['book'] },
  {
    drills,
    onEnd,
  }: { readonly drills: readonly PlannedDrill[]; readonly onEnd: (result: DrillResult) => Promise<void> },
): Promise<readonly DrillResult[]> {
  const { settings } = await context.effective();
  const { runDrill } = await drilling();
  const keepFree = settings['drills.keepFree'];
  const results: DrillResult[] = [];
  for (const drill of drills) {
    await using places = await trialPlaces({ scratch: settings['drills.scratch'] ?? [], live: [] }, context);
    const progress = createProgressReporter(context.messages);
    const result = await runDrill(repository, drill, {
      book,
      sandbox: settings['drills.sandbox'],
      spareBytes: keepFree === undefined ? undefined : demandBytes(keepFree),
      restoreInto: places.restoreInto,
      signal: context.signal,
      onProgress: progress.onProgress,
    }).finally(() => progress.end());
    results.push(result);
    await onEnd(result);
  }
  return results;
}
