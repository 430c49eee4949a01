import { checkFolderOf, writeOutput } from '../compose/files.ts';
import { loadMetrics, loadPdf, metricSetOf } from '../compose/model-metrics.ts';
import { openModels } from '../compose/models.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { reportLines } from '../render/model-metrics.ts';

interface ReportFlags {
  readonly html?: string | undefined;
  readonly pdf?: string | undefined;
  readonly alias?: string | undefined;
  readonly last?: number | undefined;
  readonly confidence?: number | undefined;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw usageError(`Expected a number, got ${JSON.stringify(text)}`, 'Write it as 30 or 0.95.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = ''] = input.arguments;
  const { html, pdf, alias, last, confidence } = input.options as ReportFlags;
  const [page, paper] = [html, pdf].map((file) =>
    file === undefined ? undefined : resolvePath(file, context.workingDirectory),
  );
  for (const path of [page, paper]) if (path !== undefined) await checkFolderOf(path);
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const { modelReport, reportHtml } = await loadMetrics();
  const metrics = await metricSetOf(context, model);
  const report = await modelReport(registry, model, { metrics, alias, last, confidence });
  if (page !== undefined) await writeOutput(page, reportHtml(report));
  if (paper !== undefined) {
    const { reportPdf } = await loadPdf();
    await writeOutput(paper, await reportPdf(report));
  }
  if (context.json) await emitObject(context.output, 'ModelReport', report);
  else if (!context.messages.quiet) {
    for (const line of reportLines(report, context.output.colors)) await context.output.line(line);
  }
  return EXIT.ok;
}

/** `holdfast models report`. */
export const modelsReport: CommandDefinition = {
  path: ['models', 'report'],
  action: 'models.read',
  whose: 'models',
  summary: 'Say how a model goes: metrics with their intervals, trends, and what got worse',
  description:
    'The newest version is compared with the live one, and better or worse is said only where chance does not explain it. What the metrics are is in ' +
    'models.metrics of the configuration; accuracy, rmse and the like are known. HTML and PDF have charts, and need nothing from elsewhere.',
  arguments: [{ name: '<model>', description: 'name of the model' }],
  options: [
    { flags: '--html <file>', description: 'write it as one HTML page' },
    { flags: '--pdf <file>', description: 'write it as PDF' },
    { flags: '--alias <name>', description: 'the alias that is in use (default: prod)' },
    { flags: '--last <n>', description: 'versions that are reported, the newest (default: 30)', parse: number },
    { flags: '--confidence <share>', description: 'of intervals and verdicts (default: 0.95)', parse: number },
  ],
  examples: [
    { call: 'holdfast models report price', does: 'Is the newest version better than what is live?' },
    { call: 'holdfast models report price --html price.html --pdf price.pdf', does: 'The same with charts' },
  ],
  output: { shape: 'ModelReport' },
  run,
};
