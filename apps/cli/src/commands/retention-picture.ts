import { readFile } from 'node:fs/promises';
import { writeOutput } from '../compose/files.ts';
import { retention } from '../compose/policies.ts';
import type { ExplainedItem, PlanTime } from '../compose/retention.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';

/** Draws a plan where `--svg` asks for it. @throws {CliError} `UNWRITABLE`. */
export async function drawPlan(
  context: Context,
  file: string | undefined,
  { explained, time }: { readonly explained: readonly ExplainedItem[]; readonly time: PlanTime },
): Promise<void> {
  if (file === undefined) return;
  const path = resolvePath(file, context.workingDirectory);
  const there = await readFile(path, 'utf8').catch(() => '');
  if (there !== '' && !there.startsWith('<svg')) {
    throw usageError(`Expected ${path} to be a picture or new, got another file`, 'Name another file with --svg.');
  }
  const { drawTimeline } = await retention(context);
  const picture = drawTimeline(
    explained.map(({ item }) => item),
    explained.map(({ decision }) => decision),
    { now: time.now },
  );
  await writeOutput(path, picture);
}
