import type { ModelInspection, ModelVersion, VersionTrust } from '@x/ml-model-registry';
import type { ShapeOf } from '../output/shapes.ts';
import type { Colors } from '../terminal/output.ts';
import { formatBytes } from './bytes.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** What the history says of a version beside. */
interface VersionBeside {
  readonly aliases?: readonly string[] | undefined;
  readonly trust?: VersionTrust | undefined;
}

/** A version as JSON has it. */
export function versionOutput(version: ModelVersion, beside: VersionBeside = {}): ShapeOf<'ModelVersion'> {
  const { aliases, trust } = beside;
  const { addedAt, parents, tags, inspection, ...rest } = version;
  const { inputs, outputs, findings } = inspection;
  const tensors = (all: ModelVersion['inspection']['inputs']): ShapeOf<'ModelVersion'>['inspection']['inputs'] =>
    all.map(({ shape, ...tensor }) => ({ ...tensor, shape: [...shape] }));
  return {
    ...rest,
    parents: [...parents],
    tags: [...tags],
    inspection: { ...inspection, inputs: tensors(inputs), outputs: tensors(outputs), findings: [...findings] },
    addedAt: isoOf(addedAt),
    ...(aliases === undefined ? {} : { aliases: [...aliases] }),
    ...(trust === undefined ? {} : trustOutput(trust)),
  };
}

function trustOutput({ signatures, approvals, test }: VersionTrust): Partial<ShapeOf<'ModelVersion'>> {
  return {
    signatures: signatures.map(({ at, by }) => ({ at: isoOf(at), by })),
    approvals: approvals.map(({ at, by, reason }) => ({ at: isoOf(at), by, reason })),
    ...(test === undefined
      ? {}
      : { loadTest: { at: isoOf(test.at), by: test.by, status: test.report.status, detail: test.report.detail } }),
  };
}

/** Who vouches for a version, a fact a line. */
function trustFacts({ signatures, approvals, test }: VersionTrust): readonly (readonly [string, string])[] {
  return [
    ...signatures.map(({ at, by }) => ['signed', `${formatTime(at)} by ${displayText(by)}`] as const),
    ...approvals.map(
      ({ at, by, reason }) => ['approved', `${formatTime(at)} by ${displayText(by)}: ${displayText(reason)}`] as const,
    ),
    ...(test === undefined
      ? []
      : [
          [
            'load test',
            `${formatTime(test.at)}: ${displayText(`${test.report.status}, ${test.report.detail}`)}`,
          ] as const,
        ]),
  ];
}

/** `float32 [?, 3]` */
function tensorText(tensor: ModelInspection['inputs'][number]): string {
  return `${displayText(tensor.name)}: ${tensor.type} [${tensor.shape.map((size) => size ?? '?').join(', ')}]`;
}

/** What is known of a version, a fact a line. */
export function versionLines(version: ModelVersion, beside: Required<VersionBeside>): readonly string[] {
  const { aliases = [], trust } = beside;
  const { inspection, metrics, params, dataset, code, parents, tags } = version;
  const { framework } = inspection;
  const list = (values: Readonly<Record<string, unknown>>): string =>
    displayText(
      Object.entries(values)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    );
  const facts: readonly (readonly [string, string])[] = [
    ['version', `${version.model} ${version.version}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}`],
    ['reason', displayText(version.reason)],
    ['description', displayText(version.description ?? '')],
    ['file', `${displayText(version.file)}, ${formatBytes(version.size)}`],
    ['digest', version.digest],
    [
      'format',
      [inspection.format, framework?.name, framework?.version].filter((part) => part !== undefined).join(', '),
    ],
    ['verdict', [inspection.verdict, ...inspection.findings].join(', ')],
    ['parameters', inspection.parameters === undefined ? '' : String(inspection.parameters)],
    ...inspection.inputs.map((tensor) => ['input', tensorText(tensor)] as const),
    ...inspection.outputs.map((tensor) => ['output', tensorText(tensor)] as const),
    ['metrics', list(metrics)],
    ['params', list(params)],
    ['dataset', displayText([dataset?.name, dataset?.digest].filter((part) => part !== undefined).join(' '))],
    ['code', displayText([code?.repository, code?.commit].filter((part) => part !== undefined).join(' '))],
    ['parents', parents.map((parent) => `${parent.model}@${parent.version}`).join(' ')],
    ['tags', tags.join(' ')],
    ['added', `${formatTime(version.addedAt)} by ${displayText(version.addedBy)}`],
    ...(trust === undefined ? [] : trustFacts(trust)),
    ['snapshot', version.snapshot.slice(0, 8)],
  ];
  return factLines(facts.filter(([, value]) => value !== ''));
}

/** What an inspection says, for people. */
export function inspectionLines(path: string, found: ModelInspection, colors: Colors): readonly string[] {
  const { format, framework, verdict, parameters, findings, findingCount, inputs, outputs, tensors } = found;
  const color = { clean: colors.green, unknown: colors.yellow, suspicious: colors.yellow, malicious: colors.red }[
    verdict
  ];
  const named = [format, framework?.name, framework?.version]
    .filter((part) => part !== undefined)
    .map(displayText)
    .join(' ');
  const counts = [
    formatBytes(found.size),
    ...(parameters === undefined ? [] : [`${parameters} parameters`]),
    ...(tensors.length === 0 ? [] : [`${tensors.length} tensors`]),
  ];
  const lines = [`${color(verdict)}  ${displayText(path)}: ${named}, ${counts.join(', ')}`];
  for (const tensor of inputs) lines.push(`  input   ${tensorText(tensor)}`);
  for (const tensor of outputs) lines.push(`  output  ${tensorText(tensor)}`);
  for (const { code, severity, message, offset, part } of findings) {
    const place = part === undefined ? `at ${offset}` : `at ${offset} of ${displayText(part)}`;
    lines.push(`  ${severity}  ${code} ${place}: ${displayText(message)}`);
  }
  if (findingCount > findings.length) lines.push(`  … and ${findingCount - findings.length} more`);
  return lines;
}
