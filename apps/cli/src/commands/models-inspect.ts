import type { ModelInspection } from '@x/ml-model-registry';
import { resolvePath } from '../config/locations.ts';
import { loadInspection } from '../compose/models.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { inspectionLines } from '../render/model.ts';

interface InspectFlags {
  readonly digest?: boolean | undefined;
}

/** The exit code of each verdict, the worst last. */
const codes: readonly (readonly [ModelInspection['verdict'], ExitCode])[] = [
  ['clean', EXIT.ok],
  ['unknown', EXIT.partial],
  ['suspicious', EXIT.damaged],
  ['malicious', EXIT.refused],
];

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { digest } = input.options as InspectFlags;
  const { inspectModel } = await loadInspection();
  let worst = 0;
  for (const path of input.arguments) {
    const found = await inspectModel(resolvePath(path, context.workingDirectory), { digest, signal: context.signal });
    worst = Math.max(
      worst,
      codes.findIndex(([verdict]) => verdict === found.verdict),
    );
    if (context.json) {
      await context.output.line(jsonOf('ModelInspection', jsonFrom(path, found)));
      continue;
    }
    for (const line of inspectionLines(path, found, context.output.colors)) await context.output.line(line);
  }
  return codes[worst]?.[1] ?? EXIT.failed;
}

function jsonFrom(path: string, found: ModelInspection): Parameters<typeof jsonOf<'ModelInspection'>>[1] {
  const tensors = (all: ModelInspection['tensors']): Parameters<typeof jsonOf<'ModelInspection'>>[1]['tensors'] =>
    all.map(({ shape, ...tensor }) => ({ ...tensor, shape: [...shape] }));
  const { inputs, outputs, findings } = found;
  const rest = { inputs: tensors(inputs), outputs: tensors(outputs), tensors: tensors(found.tensors) };
  return { path, ...found, ...rest, findings: [...findings], metadata: { ...found.metadata } };
}

/** `holdfast models inspect`. */
export const modelsInspect: CommandDefinition = {
  path: ['models', 'inspect'],
  action: 'models.read',
  whose: 'models',
  summary: 'Tell what model files are and whether they are safe to load, without running them',
  description:
    'Goes by the content, not the name, and walks over all of the structure. `clean`: all that is in there is known to be harmless. ' +
    '`unknown`: some of it can not be judged. `suspicious`: damaged or disguised. `malicious`: loading it would do harm. ' +
    'Ends with 0, 3, 6 or 7, by the worst of them.',
  arguments: [{ name: '<path...>', description: 'model files, and folders that are one model each' }],
  options: [{ flags: '--digest', description: 'also the SHA-256 of each file' }],
  examples: [
    { call: 'holdfast models inspect downloads/*.safetensors', does: 'May these be loaded?' },
    { call: 'holdfast models inspect --digest saved_model/', does: 'All of a folder, as one model' },
    { call: 'holdfast models inspect model.pkl --json', does: 'All findings with their places, for a program' },
  ],
  output: { shape: 'ModelInspection', lines: true },
  run,
};
