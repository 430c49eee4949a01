import type { ForgetOptions, ForgetResult, Repository } from '@x/backup-store';
import { lookBeforeForgetting } from '../compose/alerts.ts';
import { openConfigured } from '../compose/compose.ts';
import { filterOf, findSnapshot, type FilterFlags } from '../compose/reference.ts';
import { hasPolicy, KEEP_OPTIONS, type KeepFlags } from '../compose/keep-options.ts';
import {
  COVERS_NOTHING,
  coversNothing,
  decideItems,
  planTime,
  snapshotSets,
  untrustedIn,
} from '../compose/retention.ts';
import { majorVersions } from '../compose/structure.ts';
import { storedPolicies } from '../compose/tenants.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { shortId, snapshotTable } from '../render/snapshot.ts';
import { decisionOutput, decisionTable } from '../render/decisions.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';
import { SVG_OPTION } from './item-options.ts';
import { drawPlan } from './retention-picture.ts';

interface ForgetFlags extends FilterFlags, KeepFlags {
  readonly dryRun?: boolean | undefined;
  readonly svg?: string | undefined;
  readonly yes?: boolean | undefined;
}

async function render(
  context: Context,
  { forgotten, givenUp }: Pick<ForgetResult, 'forgotten' | 'givenUp'>,
  { dryRun, isListed = false }: { dryRun: boolean; isListed?: boolean },
): Promise<void> {
  const { output, messages } = context;
  if (messages.quiet) {
    const ids = [...forgotten.map(({ id }) => id), ...givenUp];
    return output.write(ids.map((id) => `${id}\n`).join(''));
  }
  const verb = dryRun ? 'would be' : forgotten.length + givenUp.length === 1 ? 'is' : 'are';
  const lines: string[] = [];
  if (forgotten.length > 0 && !isListed) {
    const [head = '', ...rows] = snapshotTable(forgotten);
    lines.push(output.colors.bold(head), ...rows);
  }
  lines.push(...givenUp.map((id) => `${id} was taken away, and ${dryRun ? 'would be' : 'is'} given up`));
  lines.push(`${formatNumberOf(forgotten.length + givenUp.length, 'snapshot')} ${verb} forgotten`);
  await output.write(`${lines.join('\n')}\n`);
  if (dryRun) messages.note('Nothing was changed.');
  else if (forgotten.length + givenUp.length > 0)
    messages.note('The space comes back with `holdfast backup prune`; --dry-run of it says how much.');
}

const NAME_THEM = 'Name snapshots by their ids, or say with --policy or --keep-daily and the like which ones stay.';

const neither = (): Error =>
  usageError(
    'Expected snapshots or a policy, got neither',
    `${NAME_THEM} Or give tenants policies: \`tenant set\`, or retention.default of the configuration.`,
  );

/** Forgets what a policy does not keep: exactly what the plan says, and nothing that was made since. */
async function byPolicy(context: Context, flags: ForgetFlags): Promise<ExitCode> {
  const { dryRun = false } = flags;
  await using repository = await openConfigured(context);
  const time = await planTime(context);
  if (!dryRun) await lookBeforeForgetting(context, repository, flags.tenant);
  const { policies, held } = await storedPolicies(context, repository);
  const stored = hasPolicy(flags) ? undefined : policies;
  if (stored?.size === 0) throw neither();
  const snapshots = await repository.timeline(filterOf(flags, context.workingDirectory));
  const unfinished = await repository.unfinishedRestores();
  const neededBy = new Map(
    unfinished.flatMap(({ id, safetySnapshot }) => (safetySnapshot ? [[safetySnapshot, id]] : [])),
  );
  const all = await snapshotSets(snapshots, flags.groupBy, neededBy);
  const sets = all.filter(({ tenant }) => !held.has(tenant) && (stored === undefined || stored.has(tenant)));
  for (const { tenant } of all.filter((each) => held.has(each.tenant)))
    context.messages.warn(`Tenant ${displayText(tenant)} is under a legal hold: all of it stays.`);
  const explained = sets.length === 0 && stored ? [] : await decideItems(context, sets, { flags, time, stored });
  await drawPlan(context, flags.svg, { explained, time });
  const gone = explained.flatMap(({ decision }) => (decision.keep ? [] : [decision.id]));
  const result =
    gone.length === 0
      ? { forgotten: [], givenUp: [], kept: [] }
      : await context.timed('forget', () => repository.forget({ snapshots: gone, dryRun, whenNeeded: 'keep' }));
  for (const { id, restore } of result.kept)
    context.messages.warn(`${shortId(id)} stays: the restore ${restore}, which is under way, may go back to it.`);
  if (context.json) {
    await emitObject(context.output, 'ForgetRun', { dryRun, plan: explained.map(decisionOutput), ...result });
    return EXIT.ok;
  }
  if (!context.messages.quiet && explained.length > 0) {
    const [head = '', ...rows] = decisionTable(explained, 'forget');
    await context.output.write(`${[context.output.colors.bold(head), ...rows].join('\n')}\n`);
  }
  const untrusted = untrustedIn(explained);
  if (untrusted > 0)
    context.messages.warn(
      `${formatNumberOf(untrusted, 'snapshot')} can’t be dated: a clock was wrong. They stay for now.`,
    );
  if (coversNothing(explained)) context.messages.warn(COVERS_NOTHING);
  await render(context, result, { dryRun, isListed: true });
  return EXIT.ok;
}

/** Policies never forget a major version of the shared structure, so whoever names one says so twice. @throws {CliError} `NOT_CONFIRMED`. */
async function askForMajors(
  context: Context,
  repository: Repository,
  { options, yes = false }: { readonly options: ForgetOptions; readonly yes: boolean | undefined },
): Promise<void> {
  const { forgotten } = await repository.forget({ ...options, dryRun: true });
  const majors = await majorVersions(forgotten);
  const lines = [...majors].map(
    ([id, version]) => `${shortId(id)} is ${version}, a major version of the shared structure.`,
  );
  if (lines.length > 0) await demandConfirmation(context, { what: 'forgetting of a major version', lines, yes });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { dryRun = false, ...flags } = input.options as ForgetFlags;
  if (hasPolicy(flags) && input.arguments.length > 0)
    throw usageError('Expected either snapshots or a policy, got both', NAME_THEM);
  if (input.arguments.length === 0) return byPolicy(context, input.options);
  await using repository = await openConfigured(context);
  if (!dryRun) await lookBeforeForgetting(context, repository, flags.tenant);
  const snapshots: string[] = [];
  // What `latest` means is for the CLI to know; all others are looked up at once, before any is forgotten.
  for (const wanted of input.arguments) {
    snapshots.push(
      wanted === 'latest' ? (await findSnapshot(context, repository, { snapshot: wanted, flags })).id : wanted,
    );
  }
  const options = { snapshots, filter: filterOf(flags, context.workingDirectory), dryRun };
  if (!dryRun) await askForMajors(context, repository, { options, yes: flags.yes });
  const { forgotten, givenUp } = await context.timed('forget', () => repository.forget(options));
  if (context.json) await emitObject(context.output, 'ForgetRun', { dryRun, forgotten, givenUp });
  else await render(context, { forgotten, givenUp }, { dryRun });
  return EXIT.ok;
}

/** `holdfast backup forget`. */
export const backupForget: CommandDefinition = {
  path: ['backup', 'forget'],
  action: 'backup.forget',
  summary: 'Forget snapshots',
  description:
    'They are gone from every list at once and can not be brought back; what only they need is deleted by the next ' +
    '`backup prune`. When one of the ids is not found or means several snapshots, none is forgotten. A snapshot that ' +
    'was taken away from the repository is given up by its whole id, and not missed any more. A major version of the shared structure is asked about. With a policy, all snapshots that ' +
    'it does not keep are forgotten, of all tenants unless --tenant names one, ranked among those of the same tenant, machine and paths; the newest whole one of each stays always, safety snapshots stay for a week, and what a restore may go back to stays. Without a policy and without snapshots, those of each tenant that has a policy of its own (`tenant set`) are ranked by that, others by retention.default of the configuration. Where the configuration has another ' +
    'policy of the same name for a tenant, that one decides.',
  arguments: [{ name: '[id...]', description: REFERENCE_ARGUMENT }],
  options: [
    { flags: '--dry-run', description: 'show what would be forgotten' },
    { flags: '-y, --yes', description: 'do not ask before a major version of the shared structure is forgotten' },
    ...KEEP_OPTIONS,
    SVG_OPTION,
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast backup forget 3f2a91bc before-upgrade',
      does: 'Two snapshots, by the beginning of an id and by name',
    },
    { call: 'holdfast backup forget 3f2a91bc --dry-run', does: 'Is it the right one?' },
    { call: 'holdfast backup forget --policy "7d 4w 12m" --dry-run', does: 'What would stay, and why?' },
    { call: 'holdfast backup forget --dry-run', does: 'What would go by the policies of the tenants?' },
    { call: 'holdfast backup forget --keep-daily 7 --keep-tag release', does: 'The same with options' },
  ],
  output: { shape: 'ForgetRun' },
  run,
};
