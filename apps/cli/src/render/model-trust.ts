import type {
  GateResult,
  PromotionPlan,
  ValidationReport,
  VersionValidation,
  VersionVerification,
} from '@x/ml-model-registry';
import type { ShapeOf } from '../output/shapes.ts';
import type { Colors } from '../terminal/output.ts';
import { displayText } from './text.ts';

/** A line for each gate: whether it is passed, what is demanded, what was found. */
export function gateLines(gates: readonly GateResult[], colors: Colors): readonly string[] {
  return gates.map(({ gate, status, limit, found }) => {
    const word = status === 'passed' ? colors.green(status) : colors.red(status);
    return `  ${word}  ${displayText(gate)}: ${displayText(`${limit}; ${found}`)}`;
  });
}

/** A plan as JSON has it. */
export function planOutput(plan: PromotionPlan): ShapeOf<'PromotionPlan'> {
  return { ...plan, gates: [...plan.gates] };
}

/** A plan, for people. */
export function planLines(
  { model, alias, from, to, gates, allowed }: PromotionPlan,
  colors: Colors,
): readonly string[] {
  const would = allowed ? colors.green('would be') : colors.red('would not be');
  return [...gateLines(gates, colors), `${model}@${alias} ${would} ${to}; it is ${from ?? 'nothing'}`];
}

/** A verification as JSON has it. */
export function verificationOutput({ signedAt, ...rest }: VersionVerification): ShapeOf<'ModelVerified'> {
  return { ...rest, ...(signedAt === undefined ? {} : { signedAt: new Date(signedAt).toISOString() }) };
}

/** A validation as JSON has it. */
export function validationOutput(
  report: (ValidationReport & { readonly path: string }) | VersionValidation,
): ShapeOf<'ModelValidation'> {
  const { structure, loadTest } = report;
  return {
    ...report,
    structure: { ...structure, findings: [...structure.findings] },
    loadTest: { ...loadTest, differences: [...loadTest.differences] },
  };
}

/** A validation, a part a line. */
export function validationLines(report: ValidationReport | VersionValidation, colors: Colors): readonly string[] {
  const { digest, structure, loadTest } = report;
  const line = (name: string, { status }: { readonly status: string }, text: string): string => {
    const color = { passed: colors.green, failed: colors.red }[status] ?? colors.yellow;
    return `  ${color(status)}  ${name}: ${displayText(text)}`;
  };
  const findings = structure.findings.map(({ code, offset, part, message }) => {
    const place = part === undefined ? `at ${offset}` : `at ${offset} of ${displayText(part)}`;
    return `    ${code} ${place}: ${displayText(message)}`;
  });
  return [
    line('digest', digest, digest.found),
    line('structure', structure, `${structure.format}, ${structure.verdict}`),
    ...findings,
    ...('signature' in report ? [line('signature', report.signature, report.signature.detail)] : []),
    line('load test', loadTest, loadTest.detail),
    ...loadTest.differences
      .slice(1)
      .map(({ sample, output, message }) => `    ${displayText(`${output} of sample ${sample}: ${message}`)}`),
  ];
}
