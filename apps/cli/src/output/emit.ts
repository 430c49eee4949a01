import type { EntryView } from '@x/backup-store';
import { jsonLine, jsonText } from '../render/json.ts';
import { isoFromNs } from '../render/time.ts';
import type { Output } from '../terminal/output.ts';
import type { ShapeName, ShapeOf } from './shapes.ts';

/** Prints the one object of a command: indented for people, on one line for programs. */
export async function emitObject<Name extends ShapeName>(
  output: Output,
  _shape: Name,
  value: ShapeOf<Name>,
): Promise<void> {
  await output.line(output.isTerminal ? jsonText(value) : jsonLine(value));
}

/** One of the lines of a command that lists. */
export function jsonOf<Name extends ShapeName>(_shape: Name, value: ShapeOf<Name>): string {
  return jsonLine(value);
}

/** An entry as JSON has it: times as text, since a number would round nanoseconds. */
export function entryOutput(entry: EntryView): ShapeOf<'Entry'> {
  const { path, pathBase64, kind, mode, uid, gid, size, mtimeNs, linkTarget, hardLinkTo, torn } = entry;
  const mtime = isoFromNs(mtimeNs);
  return {
    path,
    pathBase64,
    kind,
    mode,
    uid,
    gid,
    size,
    mtime,
    mtimeNs: String(mtimeNs),
    linkTarget,
    hardLinkTo,
    torn,
  };
}
