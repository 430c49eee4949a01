import { join } from 'node:path';
import { inspectModel } from '../inspect/inspect-model.ts';
import type { Finding, ModelFormat, ModelInspection, Verdict } from '../inspect/inspection.ts';
import type { InspectLimits } from '../inspect/limits.ts';
import { isAtWorst } from '../inspect/verdict.ts';
import type { LoadTestOptions, LoadTestReport } from '../load-test/contract.ts';
import { loadTest, skippedTest } from '../load-test/load-test.ts';

/** How a model is validated. */
export interface ValidateOptions extends LoadTestOptions {
  /** What the digest has to be: `sha256:<hex>`. Default: it is told, and held against nothing. */
  readonly digest?: string | undefined;
  readonly inspect?: Partial<InspectLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whether a model is what it should be, can be loaded safely, and works. */
export interface ValidationReport {
  /** `failed` when one part has failed, `passed` when all have passed; else `incomplete`: something was not looked at. */
  readonly status: 'passed' | 'failed' | 'incomplete';
  readonly digest: {
    /** `unchecked`: there was nothing to hold it against. */
    readonly status: 'passed' | 'failed' | 'unchecked';
    readonly expected?: string | undefined;
    /** Or what is wrong with the content. */
    readonly found: string;
  };
  readonly structure: {
    /** `skipped`: there is nothing to look at. */
    readonly status: 'passed' | 'failed' | 'skipped';
    /** With `skipped`, what was said when it was added. */
    readonly format: ModelFormat;
    readonly verdict: Verdict;
    /** The first of them; `findingCount` counts all. */
    readonly findings: readonly Finding[];
    readonly findingCount: number;
    readonly parameters?: number | undefined;
  };
  readonly loadTest: LoadTestReport;
}

/**
 * Validates a model file: digest, structure and a load test, in this order. What the digest or the inspection speaks against is not loaded.
 *
 * @throws {ModelError} Those of `inspectModel`; `INVALID_INPUT`. What is wrong with the model is in the report.
 *
 * @example
 * ```ts
 * import { commandRunner, validateModel } from '@x/ml-model-registry';
 *
 * const runner = commandRunner({ command: ['python3', 'check.py', '{file}'] });
 * const report = await validateModel('price.onnx', { runners: [runner], limits: { ms: 10_000 } });
 * if (report.status !== 'passed') console.error(report.structure.findings, report.loadTest.detail);
 * ```
 */
export async function validateModel(path: string, options: ValidateOptions = {}): Promise<ValidationReport> {
  const { digest: expected, inspect, signal, accept = 'clean' } = options;
  const inspection = await inspectModel(path, { digest: true, limits: inspect, signal });
  const found = inspection.digest ?? '';
  const isOther = expected !== undefined && expected !== found;
  const digest = {
    status: isOther ? 'failed' : expected === undefined ? 'unchecked' : 'passed',
    expected,
    found,
  } as const;
  const structure = structureOf(inspection, accept);
  const tested = isOther
    ? skippedTest('Not loaded: it is another file')
    : await loadTest({
        ...options,
        file: inspection.main === undefined ? path : join(path, inspection.main),
        inspection,
        signal,
      });
  return { status: validationStatus([digest, structure, tested]), digest, structure, loadTest: tested };
}

function structureOf(inspection: ModelInspection, accept: Verdict): ValidationReport['structure'] {
  const { format, verdict, findings, findingCount, parameters } = inspection;
  const status = isAtWorst(verdict, accept) ? 'passed' : 'failed';
  return { status, format, verdict, findings, findingCount, parameters };
}

/** What parts of a validation come to. */
export function validationStatus(parts: readonly { readonly status: string }[]): ValidationReport['status'] {
  if (parts.some(({ status }) => status === 'failed')) return 'failed';
  return parts.some(({ status }) => status === 'skipped') ? 'incomplete' : 'passed';
}
