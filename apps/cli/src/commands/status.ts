import type { RepositoryInfo, SnapshotRecord } from '@x/backup-store';
import { hostname } from 'node:os';
import { now } from '../clock.ts';
import { openConfigured, requireLocation } from '../compose/compose.ts';
import { isPlainBackup } from '../compose/reference.ts';
import { publicLocation } from '../config/locations.ts';
import { warnOfUnfinished } from '../compose/safety.ts';
import { wholeStatus, type WholeStatus } from '../compose/whole-status.ts';
import { startLeftServices } from '../compose/left-services.ts';
import type { ShapeOf } from '../output/shapes.ts';
import type { Effective } from '../config/merge.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, exitCodeOf, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatCount } from '../render/bytes.ts';
import { causeLines, failureLines, failureView } from '../render/failure.ts';
import { shortId } from '../render/snapshot.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';

type Status = ShapeOf<'RepositoryStatus'>;

interface Reached {
  readonly info: RepositoryInfo;
  readonly all: readonly SnapshotRecord[];
  readonly latest: SnapshotRecord | undefined;
  readonly whole: WholeStatus;
}

async function reach(context: Context, effective: Effective): Promise<Reached> {
  const { tenant } = effective.settings;
  await using repository = await openConfigured(context);
  await startLeftServices(context, repository);
  await warnOfUnfinished(context, repository);
  const info = await repository.info();
  const all = await repository.snapshots();
  const host = hostname();
  const latest = all.findLast(
    (record) => record.tenant.name === tenant && record.host === host && isPlainBackup(record),
  );
  return { info, all, latest, whole: await wholeStatus(context, effective, repository) };
}

function reachedStatus(base: Pick<Status, 'config'>, location: string, { info, all, latest, whole }: Reached): Status {
  const { id, formatVersion, createdAt, encrypted, encryption, tenants, slots } = info;
  return {
    ...base,
    repository: { location, reachable: true, id, formatVersion, createdAt, encrypted, encryption, tenants, slots },
    snapshots: all.length,
    latest,
    ageMs: latest === undefined ? undefined : Math.max(0, now() - Date.parse(latest.finishedAt)),
    ...whole,
  };
}

function latestText({ latest, ageMs }: Status): string {
  if (latest === undefined) return 'none of this tenant and machine';
  const name = latest.name === undefined ? '' : ` ${latest.name}`;
  return displayText(
    `${shortId(latest.id)}${name} of ${formatTime(latest.finishedAt)}, ${formatDuration(ageMs ?? 0)} ago, ${latest.status}`,
  );
}

function statusLines(status: Status): readonly string[] {
  const { repository } = status;
  const facts: (readonly [string, string])[] = [
    ['configuration', status.config.file ?? 'no file'],
    ['repository', repository.location],
    ['reachable', repository.reachable ? 'yes' : 'NO'],
  ];
  if (!repository.reachable) return factLines([...facts, ...wholeFacts(status)]);
  const slots = (repository.slots ?? []).map((slot) => slot.type).join(', ');
  return factLines([
    ...facts,
    ['id', repository.id ?? ''],
    ['format', `version ${repository.formatVersion ?? '?'}, made ${formatTime(repository.createdAt ?? '')}`],
    [
      'encrypted',
      repository.encrypted ? `yes, ${repository.encryption ?? ''}` : 'NO: whoever reads the place can read the data',
    ],
    ['opens with', slots],
    ['tenants', displayText((repository.tenants ?? []).join(', '))],
    ['snapshots', formatCount(status.snapshots ?? 0)],
    ['latest', latestText(status)],
    ...wholeFacts(status),
  ]);
}

/** What is known beside the repository, a line each. */
function wholeFacts({ schedule, deploy, alerts, objectives, unread = [] }: Status): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [];
  if (schedule !== undefined) facts.push(['schedule', scheduleText(schedule)]);
  if (deploy !== undefined) facts.push(['release', deploy.version ?? 'none is active']);
  if (alerts !== undefined) facts.push(['alerts', alertsText(alerts)]);
  if (objectives !== undefined) facts.push(['objectives', objectivesText(objectives)]);
  for (const { part, message } of unread) facts.push([part, displayText(`could not be read: ${message}`)]);
  return facts;
}

function scheduleText({ jobs, failing, next }: NonNullable<Status['schedule']>): string {
  const failed = failing.length === 0 ? '' : `, FAILING: ${failing.join(', ')}`;
  const then = next === undefined ? '' : `, next ${next.job} at ${formatTime(next.slot)}`;
  return displayText(`${formatCount(jobs)} jobs${failed}${then}`);
}

function alertsText({ open, down, frozen }: NonNullable<Status['alerts']>): string {
  const titles = open.slice(0, 3).map(({ title }) => title);
  const more = open.length > titles.length ? `, and ${open.length - titles.length} more` : '';
  const said = open.length === 0 ? 'none is open' : `${formatCount(open.length)} OPEN: ${titles.join('; ')}${more}`;
  const channels = down.length === 0 ? '' : `; no answer from ${down.join(', ')}`;
  return displayText(`${said}${channels}${frozen.length === 0 ? '' : `; frozen: ${frozen.join(', ')}`}`);
}

function objectivesText({ met, unknown, breached }: NonNullable<Status['objectives']>): string {
  const names = breached.map(({ tenant, objective }) => `${objective}${tenant === undefined ? '' : ` of ${tenant}`}`);
  const bad = names.length === 0 ? '' : `, BREACHED: ${names.join(', ')}`;
  return displayText(`${formatCount(met)} met, ${formatCount(unknown)} unknown${bad}`);
}

async function run(context: Context): Promise<ExitCode> {
  const effective = await context.effective();
  const location = publicLocation(requireLocation(effective.settings));
  const base = { config: { file: effective.file } };
  let status: Status;
  let failure: unknown;
  try {
    status = reachedStatus(base, location, await reach(context, effective));
  } catch (error) {
    failure = error;
    const whole = await wholeStatus(context, effective, undefined);
    status = { ...base, repository: { location, reachable: false }, error: failureView(error), ...whole };
  }
  if (context.json) await emitObject(context.output, 'RepositoryStatus', status);
  else await context.output.write(`${statusLines(status).join('\n')}\n`);
  if (status.error === undefined) return EXIT.ok;
  if (!context.json)
    for (const line of failureLines(status.error, context.messages.colors)) context.messages.warn(line);
  for (const line of causeLines(failure)) context.messages.debug(line);
  return exitCodeOf(failure);
}

/** `holdfast status`. */
export const status: CommandDefinition = {
  path: ['status'],
  action: 'backup.list',
  whose: 'configured',
  summary: 'Say how everything stands: repository, latest snapshot, schedule, release, alerts and objectives',
  description:
    'The latest snapshot is that of this tenant and machine. Schedule, release, alerts and objectives are told where they are configured. What a backup or restore that was killed has left stopped is started. Exits with 4 or 5 when the repository is not there or does not open.',
  options: [{ flags: '--tenant <name>', description: 'whose latest snapshot' }],
  examples: [{ call: 'holdfast status', does: 'Is everything in place?' }],
  output: { shape: 'RepositoryStatus' },
  run,
};
