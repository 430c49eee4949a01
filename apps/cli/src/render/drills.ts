import type { DrillPlan, DrillResult, ObjectiveJudgement, RestorabilityProof } from '@x/operations/drills';
import { formatBytes } from './bytes.ts';
import { shortId } from './snapshot.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

const STATUS = { passed: 'passed', failed: 'FAILED', notTried: 'not tried' } as const;

const duration = (ms: number | null): string => (ms === null ? '-' : formatDuration(ms));

/** Rounded down, so that 99.99 % is not 100 %. */
function provenText({ proven }: DrillResult): string {
  return proven === null ? '-' : `${Math.floor(proven.share * 100)} %`;
}

/** Lines of what a drill came to. */
export function drillLines(result: DrillResult): readonly string[] {
  const { tenant, kind, snapshot, status, restoreMs, bytes, bytesPerSecond, problems, problemCount, error } = result;
  const rate = bytesPerSecond === null ? '' : `, ${formatBytes(bytesPerSecond)}/s`;
  const measured =
    restoreMs === null
      ? ''
      : `: ${formatBytes(bytes)} in ${formatDuration(restoreMs)}${rate}, ${provenText(result)} proven`;
  const rest = problemCount - problems.length;
  return [
    displayText(`${kind} drill of ${tenant} ${shortId(snapshot)}: ${STATUS[status]}${measured}`),
    ...(error === null ? [] : [displayText(`  ${error.message} [${error.code}]`)]),
    ...problems.slice(0, 10).map(({ path, code, message }) => displayText(`  ${path}: ${message} [${code}]`)),
    ...(rest > 0 || problems.length > 10 ? [`  and more: ${problemCount} in all`] : []),
  ];
}

/** The table of drills. */
export function drillTable(drills: readonly DrillResult[]): readonly string[] {
  const rows = drills.map((drill) => [
    formatTime(drill.finishedAt),
    displayText(drill.tenant),
    drill.kind,
    shortId(drill.snapshot),
    STATUS[drill.status],
    duration(drill.restoreMs),
    drill.bytesPerSecond === null ? '-' : `${formatBytes(drill.bytesPerSecond)}/s`,
    provenText(drill),
    displayText(drill.error?.code ?? drill.problems[0]?.path ?? ''),
  ]);
  const titles = ['WHEN', 'TENANT', 'KIND', 'SNAPSHOT', 'STATUS', 'RESTORE', 'RATE', 'PROVEN', 'WHY'];
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}

/** The table of a plan: what is due now, what is left, and what is later. */
export function planTable({ drills, left, later }: DrillPlan): readonly string[] {
  const rows = [
    ...drills.map((each) => [
      'now',
      displayText(each.tenant),
      each.kind,
      shortId(each.snapshot),
      formatBytes(each.bytes),
      displayText(each.reason),
    ]),
    ...left.map(({ tenant, kind }) => [
      'next run',
      displayText(tenant),
      kind,
      '',
      '',
      'there are more than one run makes',
    ]),
    ...later.map(({ tenant, kind, dueAt }) => [formatTime(dueAt), displayText(tenant), kind, '', '', '']),
  ];
  return tableLines(
    ['WHEN', 'TENANT', 'KIND', 'SNAPSHOT', 'SIZE', 'WHY'].map((title) => ({ title })),
    rows,
  );
}

/** The table of objectives. */
export function objectiveTable(judgements: readonly ObjectiveJudgement[]): readonly string[] {
  const rows = judgements.map(({ tenant, objective, status, valueMs, limitMs, isEstimate, since, detail }) => [
    displayText(tenant ?? '(all)'),
    objective,
    status === 'breached' ? 'BREACHED' : status,
    `${isEstimate ? 'about ' : ''}${duration(valueMs)}`,
    formatDuration(limitMs),
    since === null ? '' : formatTime(since),
    displayText(detail),
  ]);
  return tableLines(
    ['TENANT', 'OBJECTIVE', 'STATUS', 'VALUE', 'LIMIT', 'SINCE', 'BY'].map((title) => ({ title })),
    rows,
  );
}

/** What is proven of snapshots: of each tenant's newest one, or of all. */
export function proofTable(proofs: readonly RestorabilityProof[], all: boolean): readonly string[] {
  const newest = new Map(proofs.map((proof) => [proof.tenant, proof]));
  const shown = all ? proofs : [...newest.values()];
  const rows = shown.map(({ snapshot, tenant, madeAt, text }) => [
    displayText(tenant),
    shortId(snapshot),
    formatTime(madeAt),
    text,
  ]);
  return tableLines(
    ['TENANT', all ? 'SNAPSHOT' : 'NEWEST', 'MADE', 'PROOF'].map((title) => ({ title })),
    rows,
  );
}
