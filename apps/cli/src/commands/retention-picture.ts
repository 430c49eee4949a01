import { writeOutput } from '../compose/files.ts';
import { retention } from '../compose/policies.ts';
import type { ExplainedItem, PlanTime } from '../compose/retention.ts';
import { resolvePath } from '../config/locations.ts';
import type { Context } from '../program/context.ts';

/** Draws a plan where `--svg` asks for it. @throws {CliError} `UNWRITABLE`. */
export async function drawPlan(
  context: Context,
  file: string | undefined,
  { explained, time }: { readonly explained: readonly ExplainedItem[]; readonly time: PlanTime },
): Promise<void> {
  if (file === undefined) return;
  const { drawTimeline } = await retention(context);
  const picture = drawTimeline(
    explained.map(({ item }) => item),
    explained.map(({ decision }) => decision),
    { now: time.now },
  );
  await writeOutput(resolvePath(file, context.workingDirectory), picture);
}
