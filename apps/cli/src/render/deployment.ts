import type { Deployment, DeployLockState, DeployOverride, DeployPlan, HandAction } from '@x/versioning/deploy';
import { formatNumberOf } from './bytes.ts';
import { factLines, tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

/** What a deploy, a rollback or a restart has come to, in one line. */
export function deployedLine({ kind, version, from, ms = 0, wayBack, left = [] }: Deployment): string {
  const time = `${formatDuration(ms)}${leftText(left)}`;
  if (kind === 'restart') return `restarted ${displayText(version)} in ${time}`;
  if (kind === 'deploy')
    return `deployed ${displayText(version)}${from === undefined ? '' : ` over ${displayText(from)}`} in ${time}`;
  const { objectiveMs = 0, isMet } = wayBack ?? {};
  const objective = `objective ${formatDuration(objectiveMs)}: ${isMet === true ? 'met' : 'missed'}`;
  return `rolled back from ${displayText(from ?? 'nothing')} to ${displayText(version)} in ${time} (${objective})`;
}

const leftText = (left: readonly string[]): string => (left.length === 0 ? '' : `; left as it is: ${left.join(', ')}`);

/** How one that was ended by `resume` has ended. */
export function endedLine(deployment: Deployment): string {
  const { outcome, kind, version, from, left = [] } = deployment;
  if (outcome === 'succeeded') return deployedLine(deployment);
  const what = outcome === 'undone' ? 'undone' : outcome === 'rolled-back' ? 'rolled back' : 'taken back';
  return `${what} the ${kind} of ${displayText(version)}: ${from === undefined ? 'nothing' : displayText(from)} is current${leftText(left)}`;
}

/** A plan, for people: each step with what takes it back. */
export function planLines(plan: DeployPlan): readonly string[] {
  const { kind, version, from, channel, steps, wayBack, warnings } = plan;
  const undo = (text: string | undefined): string => (text === undefined ? '' : text);
  const rows = steps.map(({ step, what, undo: back }) => [step, displayText(what), displayText(undo(back))]);
  return [
    displayText(`${kind} of ${version} over ${from ?? 'nothing'} (${channel})`),
    '',
    ...tableLines([{ title: 'STEP' }, { title: 'WHAT' }, { title: 'TAKEN BACK BY' }], rows),
    ...(wayBack.length === 0 ? [] : ['', 'When a step fails', ...wayBack.map((line) => `  ${displayText(line)}`)]),
    ...(warnings.length === 0 ? [] : ['', 'Look twice', ...warnings.map((line) => `  ${displayText(line)}`)]),
  ];
}

const COLUMNS = [
  { title: 'WHEN' },
  { title: 'WHAT' },
  { title: 'VERSION' },
  { title: 'FROM' },
  { title: 'CHANNEL' },
  { title: 'OUTCOME' },
  { title: 'TIME', align: 'right' },
  { title: 'BY' },
] as const;

/** Deployments as a table, the title first. */
export function historyTable(deployments: readonly Deployment[]): readonly string[] {
  const rows = deployments.map(({ startedAt, kind, version, from = '-', channel, outcome, ms, by }) =>
    [formatTime(startedAt), kind, version, from, channel, outcome, ms === undefined ? '-' : formatDuration(ms), by].map(
      displayText,
    ),
  );
  return tableLines(COLUMNS, rows);
}

const OVERRIDE_COLUMNS = [{ title: 'WHEN' }, { title: 'ALL THE SAME' }, { title: 'BY' }, { title: 'WHY' }] as const;

/** What somebody took upon themselves, as a table below another one. */
export function overrideLines(overrides: readonly DeployOverride[], isBelow: boolean): readonly string[] {
  if (overrides.length === 0) return [];
  const rows = overrides.map((each) =>
    [formatTime(each.at), overrideText(each), each.by, each.reason ?? '-'].map(displayText),
  );
  return [...(isBelow ? [''] : []), ...tableLines(OVERRIDE_COLUMNS, rows)];
}

const ACTION_COLUMNS = [{ title: 'WHEN' }, { title: 'BY HAND' }, { title: 'BY' }, { title: 'WHY' }] as const;

/** What somebody has done by hand, as a table below another one. */
export function handActionLines(actions: readonly HandAction[], isBelow: boolean): readonly string[] {
  if (actions.length === 0) return [];
  const rows = actions.map((each) =>
    [formatTime(each.at), handActionText(each), each.by, each.reason ?? '-'].map(displayText),
  );
  return [...(isBelow ? [''] : []), ...tableLines(ACTION_COLUMNS, rows)];
}

function handActionText(action: HandAction): string {
  if (action.kind === 'service') return `service: ${action.verb}`;
  if (action.kind === 'maintenance') return `maintenance ${action.state}`;
  const { versions, evidence } = action;
  const old = evidence.length === 0 ? [] : [`evidence of ${formatNumberOf(evidence.length, 'failure')}`];
  return `cleaned: ${[...versions, ...old].join(', ')}`;
}

function overrideText(override: DeployOverride): string {
  if (override.kind === 'left') {
    const { step, version, direction, found } = override;
    const way = direction === 'back' ? 'on the way back from' : 'of';
    return `${step} left as it is ${way} ${version}: ${found}`;
  }
  if (override.kind === 'forced-lock') return `lock taken from ${override.from} (${override.action})`;
  const { version, migrations } = override;
  return `no backup before ${version}${migrations === 0 ? '' : `, with ${formatNumberOf(migrations, 'migration')}`}`;
}

/** What is to be done about a run that has not ended. */
export function unfinishedLines(
  { kind, version, startedAt, by, error }: Deployment,
  lock: DeployLockState | undefined,
): readonly string[] {
  const said = displayText(`The ${kind} of ${version}, begun ${formatTime(startedAt)} by ${by}, has not ended.`);
  const { by: owner, host, pid } = lock?.owner ?? {};
  if (lock?.isRunning === true) return [said, displayText(`  ${owner} works on it now: process ${pid} on ${host}.`)];
  return [
    said,
    ...(lock === undefined
      ? []
      : [displayText(`  ${owner} has the lock: process ${pid} on ${host}, if it is still there.`)]),
    ...(error === undefined ? [] : factLines([['stopped by', displayText(error.message)]], '  ')),
    '  `holdfast deploy resume` goes on with it, `holdfast deploy resume --undo` takes it back.',
  ];
}
