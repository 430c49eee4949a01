import type { IncompleteSnapshot, RepairResult } from '@x/backup-store';
import type { Colors } from '../terminal/output.ts';
import { formatNumberOf } from './bytes.ts';
import { shortId } from './snapshot.ts';
import { displayText } from './text.ts';
import { formatDuration } from './time.ts';

/** Paths that are shown of a snapshot without `--verbose`. */
const FEW = 5;

/** How the result of a repair is looked at. */
export interface RepairView {
  /** Every path and object is named. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly colors: Colors;
}

function incompleteLines({ snapshot, name, paths }: IncompleteSnapshot, all: boolean): readonly string[] {
  const shown = all ? paths : paths.slice(0, FEW);
  const named = name === undefined ? '' : ` (${displayText(name)})`;
  return [
    `incomplete: snapshot ${shortId(snapshot)}${named}`,
    ...shown.map((path) => `  path ${displayText(path)}`),
    ...(shown.length < paths.length ? ['  ... --verbose lists more paths'] : []),
  ];
}

/** Lines that say what a repair did, or would do. */
export function repairLines(result: RepairResult, { all, dryRun, colors }: RepairView): readonly string[] {
  const { copiesRestored, segmentsRebuilt, packsDropped, givenUp, incomplete, status, durationMs } = result;
  const objects = all ? [...copiesRestored, ...segmentsRebuilt, ...packsDropped] : [];
  const verdict = status === 'ok' ? colors.green('ok, nothing is lost') : colors.yellow(status);
  return [
    ...objects.map((object) => `  ${displayText(object)}`),
    ...givenUp.map((id) => `given up: snapshot ${shortId(id)}: its commit can not be read`),
    ...incomplete.flatMap((each) => incompleteLines(each, all)),
    `repair${dryRun ? ' (dry run)' : ''}: ${verdict}; ${formatNumberOf(segmentsRebuilt.length, 'index segment')} ` +
      `built anew, ${formatNumberOf(copiesRestored.length, 'copy', 'copies')} restored, ` +
      `${formatNumberOf(packsDropped.length, 'damaged pack')} out of use, in ${formatDuration(durationMs)}`,
    ...(incomplete.length > 0 && !dryRun
      ? ['Back up the sources again: what they still have makes these snapshots whole.']
      : []),
  ];
}
