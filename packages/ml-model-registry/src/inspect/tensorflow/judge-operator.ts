import type { FindingCode } from '../finding-codes.ts';
import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { kindOfOperator, type OperatorKind } from './operators.ts';

const verdicts: Readonly<Record<Exclude<OperatorKind, 'computes'>, readonly [code: FindingCode, what: string]>> = {
  files: ['OPERATOR_FILES', 'which reads or writes files'],
  'path-input': ['OPERATOR_FILES', 'which reads or writes files'],
  code: ['OPERATOR_RUNS_CODE', 'which runs code from elsewhere'],
  network: ['OPERATOR_CONNECTS', 'which opens connections'],
  unknown: ['OPERATOR_UNKNOWN', 'which is on no list'],
};

/** Reports an operator of TensorFlow that does more than compute. */
export function judgeOperator(
  name: string,
  place: { readonly inspection: Pick<Inspection, 'find'>; readonly at: number; readonly node: string },
): void {
  const kind = kindOfOperator(name);
  if (kind === 'computes') return;
  const [code, what] = verdicts[kind];
  const message = `Expected operators that compute, got ${quoted(name)} as ${quoted(place.node)}, ${what}`;
  place.inspection.find(code, message, place.at);
}
