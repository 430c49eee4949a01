import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../errors.ts';
import { compareName } from './compare-name.ts';
import { digestSource } from './digest-source.ts';
import { Findings } from './findings.ts';
import { inspectFolder } from './folder/inspect-folder.ts';
import type { FormatReport, ModelInspection } from './inspection.ts';
import { defaultLimits, type InspectLimits } from './limits.ts';
import { type ByteSource, memorySource } from './source/byte-source.ts';
import { type OpenFile, openFile } from './source/file-source.ts';
import { toldTensor } from './tensor-values.ts';
import { Walk } from './walk.ts';

/** How a model is inspected. */
export interface InspectOptions {
  /** The name that the content is held against; the file's own where there is one. */
  readonly name?: string | undefined;
  /** Also read every byte for {@link ModelInspection.digest}. */
  readonly digest?: boolean | undefined;
  readonly limits?: Partial<InspectLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tells what a model file is and whether it is safe to load, without running anything of it. It goes by the content: all of the structure is
 * walked, within limits, and what is not known to be harmless is never `clean`. A folder is inspected as one model: a saved model of TensorFlow, weights in
 * several files with an index, or a model with data beside it.
 *
 * @throws {ModelError} `READ_FAILED`, `NOT_A_FILE`, `FILE_CHANGED`, `INVALID_INPUT`, `ABORTED`. What is wrong with the content is a finding.
 *
 * @example
 * ```ts
 * import { inspectModel } from '@x/ml-model-registry/inspect';
 *
 * const { format, verdict, findings } = await inspectModel('price.safetensors');
 * if (verdict !== 'clean') console.error(format, findings);
 * ```
 */
export async function inspectModel(
  input: string | URL | Uint8Array,
  options: InspectOptions = {},
): Promise<ModelInspection> {
  if (input instanceof Uint8Array) return inspected(memorySource(input), { ...options, directory: undefined });
  const path = pathOf(input);
  if (await isFolder(path)) return await inspectFolder(path, options);
  await using file = await openFile(path);
  return await inspectOpened(file, path, options);
}

/**
 * The same for a file that is open already, for who reads it again afterwards.
 *
 * @throws {ModelError} `FILE_CHANGED`, `ABORTED`.
 */
export async function inspectOpened(file: OpenFile, path: string, options: InspectOptions): Promise<ModelInspection> {
  const name = options.name ?? basename(path);
  const inspection = await inspected(file.source, { ...options, name, directory: dirname(path) });
  await file.demandUnchanged();
  return inspection;
}

/** Whether there is a folder at a path. What can't be looked at is for who opens it. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

function pathOf(input: string | URL): string {
  try {
    return input instanceof URL ? fileURLToPath(input) : input;
  } catch (cause) {
    throw new ModelError('INVALID_INPUT', 'Expected a path, a file: URL or bytes, got another URL', { cause });
  }
}

async function inspected(
  source: ByteSource,
  options: InspectOptions & { readonly directory: string | undefined },
): Promise<ModelInspection> {
  const { name, signal, directory } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const findings = new Findings(limits.findings);
  const walk = new Walk({ limits, findings, directory, signal });
  const report = (await walk.content(source, { level: 0 })) ?? unknown(findings, source);
  if (name !== undefined) compareName(name, { report, findings });
  const digest = options.digest === true ? { digest: await digestSource(source, signal) } : {};
  return {
    ...report,
    inputs: (report.inputs ?? []).map(toldTensor),
    outputs: (report.outputs ?? []).map(toldTensor),
    metadata: report.metadata ?? {},
    tensors: (report.tensors ?? []).slice(0, limits.tensors).map(toldTensor),
    verdict: findings.verdict,
    findings: findings.kept,
    findingCount: findings.count,
    size: source.size,
    ...digest,
  };
}

function unknown(findings: Findings, source: ByteSource): FormatReport {
  const what = source.size === 0 ? 'an empty file' : 'bytes that none of them begins with';
  findings.add('FORMAT_UNKNOWN', `Expected a model of a known format, got ${what}`, { offset: 0 });
  return { format: 'unknown' };
}
