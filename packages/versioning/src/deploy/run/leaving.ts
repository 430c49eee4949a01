import type { DeployRunStep, StepReport } from './contract.ts';
import { leftSteps } from './deployment.ts';
import { keepReport } from './evidence.ts';
import { isAbort, isTakenOver } from './failure.ts';
import { type DeployWork, isoNow } from './tools.ts';

/** In which direction a run goes. */
export type RunDirection = 'forward' | 'back';

/** What may be left as it is on the way forward: the release is live by then, and its checks have passed. */
const FORWARD: readonly DeployRunStep[] = ['data', 'contract', 'maintenance-off'];
/** And on the way back. Without the link nothing would be back. */
const BACK: readonly DeployRunStep[] = [
  'expand',
  'data',
  'migrations-back',
  'restore-data',
  'service',
  'stage',
  'maintenance-on',
];

/** A step that could not be done, or taken back. */
export interface StuckStep {
  readonly step: DeployRunStep;
  readonly direction: RunDirection;
  readonly error: unknown;
}

/** Whether it may stay as it is: somebody has said so, and the run can be ended without it. */
export function mayLeave({ acceptance }: DeployWork, { step, direction, error }: StuckStep): boolean {
  if (acceptance === undefined || isAbort(error) || isTakenOver(error)) return false;
  return (direction === 'forward' ? FORWARD : BACK).includes(step);
}

/** `contract` relies on what `data` has filled. */
export function hasToLeave({ journal }: DeployWork, step: DeployRunStep): boolean {
  return step === 'contract' && leftSteps(journal.state).has('data');
}

/** What is left as it is, and why. */
export interface LeftStep {
  readonly report: StepReport;
  readonly direction: RunDirection;
  /** What was in the way. */
  readonly found: string;
}

/** Writes down who has accepted that a step stays as it is, and goes on without it. */
export async function leaveAccepted(work: DeployWork, { report, direction, found }: LeftStep): Promise<void> {
  await noteAccepted(work, { step: report.step, direction, found });
  await leave(work, report);
}

/** Before anything is done with it: it counts that somebody has said so. */
export async function noteAccepted(
  { tools, journal, acceptance }: DeployWork,
  { step, direction, found }: Omit<LeftStep, 'report'> & Pick<StepReport, 'step'>,
): Promise<void> {
  const { by, channel } = tools;
  const about = { by, reason: acceptance?.reason, version: journal.state.plan.version, step, direction, found };
  await tools.overrides.write({ kind: 'left', at: isoNow(tools), channel, run: journal.run, ...about });
  tools.tell({ kind: 'step.accepted', ...about });
}

/** Goes on without a step, and says so. */
export async function leave(work: DeployWork, report: StepReport): Promise<void> {
  const { tools, journal } = work;
  await journal.write({ kind: 'left', report });
  await keepReport(work);
  tools.tell({ kind: 'step.ended', version: journal.state.plan.version, report });
}
