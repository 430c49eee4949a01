import type { ReleaseRun } from '@x/versioning';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** What to do about a release that has not ended. */
function wayOut({ version, isRunning, isPublished, isGivenUp }: ReleaseRun): string {
  if (isRunning === true) return 'It is being worked on: wait for it.';
  const over = isRunning === 'unknown' ? ' --take-over, if it is certain that nothing works on it there' : '';
  const resume = `\`holdfast release resume ${version}`;
  if (isGivenUp) return `Undoing it has begun: ${resume} --undo\`${over} goes on with that.`;
  if (isPublished) return `It is published, and has yet to be pushed: ${resume}\`${over}.`;
  return `It was killed: ${resume}\` goes on with it, ${resume} --undo\` takes everything back${over && `;${over}`}.`;
}

/** A release that has not ended: who, since when, how far, and what to do. */
export function runLines(run: ReleaseRun): readonly string[] {
  const { version, by, host, pid, since, done, at } = run;
  const state = { true: 'runs', false: 'has stopped', unknown: 'may run' }[`${run.isRunning}`];
  return [
    displayText(`${version} ${state}: begun ${formatTime(since)} by ${by} (process ${pid} on ${host})`),
    `  done: ${done.length === 0 ? 'nothing' : done.join(', ')}${at === undefined ? '' : `; half done: ${at}`}`,
    `  ${displayText(wayOut(run))}`,
  ];
}
