import type { Draw, Prediction } from '@x/ml-model-registry';
import { checkFolderOf, writeOutput } from '../compose/files.ts';
import { loadMetrics, readList } from '../compose/model-metrics.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';

interface LotteryFlags {
  readonly predictions: string;
  readonly draws: string;
  readonly pool?: number | undefined;
  readonly drawn?: number | undefined;
  readonly predicted?: number | undefined;
  readonly frequent?: number | undefined;
  readonly out?: string | undefined;
}

function count(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw usageError(`Expected a count, got ${JSON.stringify(text)}`, 'Write it as 15.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { predictions, draws, out, ...game } = input.options as unknown as LotteryFlags;
  const path = (file: string): string => resolvePath(file, context.workingDirectory);
  const file = out === undefined ? undefined : path(out);
  if (file !== undefined) await checkFolderOf(file);
  const made = await readList<Prediction>(path(predictions), 'predictions', '[{"draw": 3001, "numbers": [1, 2, …]}]');
  const known = await readList<Draw>(path(draws), 'draws', '[{"id": 3001, "numbers": [1, 2, …]}], oldest first');
  const { lotteryMetrics } = await loadMetrics();
  const measured = lotteryMetrics(made, known, game);
  if (file !== undefined) await writeOutput(file, `${JSON.stringify(measured, undefined, 2)}\n`);
  if (context.json) await emitObject(context.output, 'ModelLottery', measured);
  else if (!context.messages.quiet) {
    const rows = Object.entries(measured.metrics).map(([name, value]) => [
      name,
      value.toFixed(4),
      String(measured.measurements[name]?.values?.length ?? 0),
      measured.definitions[name]?.description ?? '',
    ]);
    const titles = ['METRIC', 'VALUE', 'SAMPLES', 'WHAT'].map((title) => ({ title }));
    const [head = '', ...lines] = tableLines(titles, rows);
    await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  }
  return EXIT.ok;
}

/** `holdfast models lottery`. */
export const modelsLottery: CommandDefinition = {
  path: ['models', 'lottery'],
  action: 'models.read',
  whose: 'models',
  summary: 'Measure predictions of a lottery by its draws',
  description:
    'acertos_15 to acertos_11, taxa_acerto_media, precisao_numeros_frequentes and cobertura_padroes. What it writes with --out, or prints with --json, `models add --measured` takes, ' +
    'so that versions are compared prediction by prediction. By itself the game is Lotofácil: 15 numbers of 25.',
  arguments: [],
  options: [
    { flags: '--predictions <file>', description: 'JSON: a list of { "draw", "numbers" }', required: true },
    {
      flags: '--draws <file>',
      description: 'JSON: a list of { "id", "numbers" }, oldest first; earlier ones tell which numbers are frequent',
      required: true,
    },
    { flags: '--pool <n>', description: 'numbers go from 1 to this (default: 25)', parse: count },
    { flags: '--drawn <n>', description: 'numbers of a draw (default: 15)', parse: count },
    { flags: '--predicted <n>', description: 'numbers of a prediction (default: as many as are drawn)', parse: count },
    {
      flags: '--frequent <n>',
      description: 'how many are the frequent ones (default: as many as are drawn)',
      parse: count,
    },
    { flags: '--out <file>', description: 'write it as JSON for `models add --measured`' },
  ],
  examples: [
    {
      call: 'holdfast models lottery --predictions predicted.json --draws draws.json --out measured.json',
      does: 'How good are the predictions?',
    },
  ],
  output: { shape: 'ModelLottery' },
  run,
};
