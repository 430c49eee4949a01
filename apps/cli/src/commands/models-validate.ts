import { existsSync } from 'node:fs';
import type { LoadSample, ValidationReport } from '@x/ml-model-registry';
import { readInputText } from '../compose/files.ts';
import { loadTestOptions, loadValidation } from '../compose/model-trust.ts';
import { modelReference, openModels } from '../compose/models.ts';
import { resolvePath } from '../config/locations.ts';
import { CliError, usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { validationLines, validationOutput } from '../render/model-trust.ts';
import { displayText } from '../render/text.ts';

interface ValidateFlags {
  readonly file?: string | undefined;
  readonly digest?: string | undefined;
  readonly samples?: string | undefined;
  readonly record?: boolean | undefined;
}

type Shown = Parameters<typeof validationOutput>[0];

async function samplesIn(context: Context, file: string | undefined): Promise<readonly LoadSample[] | undefined> {
  if (file === undefined) return undefined;
  const hint = 'It is a list of { "inputs": { name: { "type", "shape", "data" } }, "outputs": { … } }.';
  const text = await readInputText(resolvePath(file, context.workingDirectory), 'samples', hint);
  const { checkSamples } = await loadValidation();
  try {
    return checkSamples(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CliError('UNREADABLE', `Expected samples as JSON in ${file}, got ${cause.message}`, { cause, hint });
  }
}

async function ofFile(context: Context, flags: ValidateFlags & { readonly file: string }): Promise<Shown> {
  const { settings } = await context.effective();
  const samples = await samplesIn(context, flags.samples);
  const { validateModel } = await loadValidation();
  const options = { ...(await loadTestOptions(context, settings)), digest: flags.digest, signal: context.signal };
  const path = resolvePath(flags.file, context.workingDirectory);
  return { path: flags.file, ...(await validateModel(path, { ...options, samples })) };
}

/** What has folders or an ending may be the name of a model, but when there is none, it was meant as a file. */
const LIKE_A_FILE = /[/\\]|\.[a-z]\w{1,11}$/i;

async function ofVersion(context: Context, text: string, flags: ValidateFlags): Promise<Shown> {
  try {
    return await ofKnownVersion(context, text, flags);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if ((code !== 'MODEL_NOT_FOUND' && code !== 'INVALID_NAME') || !LIKE_A_FILE.test(text)) throw cause;
    const isThere = existsSync(resolvePath(text, context.workingDirectory));
    const found = `Expected a version of a model, got the path of a file${isThere ? '' : ' that is not there'}: ${text}`;
    const hint = isThere ? `Name it with --file ${text}.` : 'Check the path, and name it with --file.';
    throw new CliError(isThere ? 'USAGE' : 'UNREADABLE', found, { cause, hint });
  }
}

async function ofKnownVersion(context: Context, text: string, flags: ValidateFlags): Promise<Shown> {
  const { model, reference } = modelReference(text);
  const samples = await samplesIn(context, flags.samples);
  const { registry, repository } = await openModels(context, { loads: true });
  await using _ = repository;
  return await registry.validate(model, reference, { samples, record: flags.record, signal: context.signal });
}

function exitCodeOf({ status, structure }: ValidationReport): ExitCode {
  if (status === 'passed') return EXIT.ok;
  if (status === 'incomplete') return EXIT.partial;
  return structure.verdict === 'malicious' ? EXIT.refused : EXIT.damaged;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [text] = input.arguments;
  const flags = input.options as ValidateFlags;
  const { file } = flags;
  if ((text === undefined) === (file === undefined)) {
    throw usageError('Expected a version or --file, got both or none', 'Name price@1.4.0, or --file price.onnx.');
  }
  if (text !== undefined && flags.digest !== undefined) {
    throw usageError('Expected --digest with --file, got a version', 'A version has its digest.');
  }
  const report =
    file === undefined ? await ofVersion(context, text ?? '', flags) : await ofFile(context, { ...flags, file });
  if (context.json) await emitObject(context.output, 'ModelValidation', validationOutput(report));
  else {
    const name = 'path' in report ? displayText(report.path) : `${report.model} ${report.version}`;
    await context.output.line(`${report.status}  ${name}`);
    for (const line of validationLines(report, context.output.colors)) await context.output.line(line);
  }
  return exitCodeOf(report);
}

/** `holdfast models validate`. */
export const modelsValidate: CommandDefinition = {
  path: ['models', 'validate'],
  action: 'models.verify',
  whose: 'models',
  summary: 'Look whether a model is what was added, is safe to load, and works',
  description:
    'Compares the digest, inspects the structure, and then loads it in a process of its own, with limits of time and memory, by a command of ' +
    '`models.loadTest` or, for ONNX, by onnxruntime-node where that is installed. What is not clean is not loaded. The load test of a version is kept ' +
    'for the gates of `models promote`. Ends with 0; 3 when something was not looked at; 6 when a part has failed; 7 when it is malicious.',
  arguments: [{ name: '[model@version]', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    { flags: '--file <file>', description: 'a file that is no version yet, instead' },
    { flags: '--digest <digest>', description: 'with --file: sha256:… that it has to have' },
    { flags: '--samples <file>', description: 'JSON with inputs to run it on, and outputs that have to come out' },
    { flags: '--no-record', description: 'do not keep the load test' },
  ],
  examples: [
    { call: 'holdfast models validate price@1.4.0 --samples samples.json', does: 'Does it still give what it should?' },
    { call: 'holdfast models validate --file price.onnx', does: 'Before it is added' },
  ],
  output: { shape: 'ModelValidation' },
  run,
};
