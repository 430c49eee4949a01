import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@x/backup-store';
import { restoreContent } from '../content/restore-content.ts';
import { Findings } from '../inspect/findings.ts';
import { walkFolder } from '../inspect/folder/walk-folder.ts';
import type { ModelFormat } from '../inspect/inspection.ts';
import { defaultLimits, type InspectLimits } from '../inspect/limits.ts';
import type { ByteSource } from '../inspect/source/byte-source.ts';
import { openFile } from '../inspect/source/file-source.ts';
import { streamOf } from '../inspect/source/stream-of.ts';
import type { FoundTensor, TensorValues } from '../inspect/tensor-values.ts';
import { Walk } from '../inspect/walk.ts';
import type { ModelVersion } from '../versions/version.ts';
import { ContentSource, HELD } from './content-source.ts';

/** Formats whose tensors lie behind one header, so that the content is read where it is: the repository has it cut at their borders. */
const headed: ReadonlySet<ModelFormat> = new Set(['safetensors', 'gguf']);

/** The tensors of a version, and where their numbers are. */
export interface OpenTensors extends AsyncDisposable {
  readonly tensors: ReadonlyMap<string, FoundTensor>;
  /** The numbers of one of them, or why they can't be read. */
  valuesOf(tensor: FoundTensor): TensorValues | string;
}

/** Where contents are read. */
export interface OpenTensorsOptions {
  readonly repository: Repository;
  readonly signal?: AbortSignal | undefined;
}

/** The budget of steps is for what nobody has looked at yet: this was walked when it was added. */
const limits: InspectLimits = { ...defaultLimits, steps: Number.POSITIVE_INFINITY };

/**
 * Walks over the content of a version to know where the numbers of its tensors are. What has no header in front and does not fit into memory is
 * written to a folder of its own for that time.
 */
export async function openTensors(version: ModelVersion, options: OpenTensorsOptions): Promise<OpenTensors> {
  if (version.members !== undefined) return await openFolder(version, options);
  const { source, close } = await openSource(version, options);
  return await orClosed(close, async () => {
    const walk = new Walk({ limits, findings: new Findings(1), directory: undefined, signal: options.signal });
    const report = await walk.content(source, { level: 0, only: [version.inspection.format] });
    return {
      tensors: byName(report?.tensors ?? []),
      valuesOf: ({ values, offset, bytes }) => values ?? placedValues(source, offset, bytes),
      [Symbol.asyncDispose]: close,
    };
  });
}

/** A folder is written to one of its own, and read there. */
async function openFolder(version: ModelVersion, options: OpenTensorsOptions): Promise<OpenTensors> {
  const { path, close } = await restored(version, options);
  return await orClosed(close, async () => {
    const { report } = await walkFolder(path, { limits, digest: false, signal: options.signal });
    return {
      tensors: byName(report?.tensors ?? []),
      valuesOf: ({ values }) => values ?? 'where its numbers are is not known',
      [Symbol.asyncDispose]: close,
    };
  });
}

/** Names may come more than once in some formats. */
function byName(tensors: readonly FoundTensor[]): ReadonlyMap<string, FoundTensor> {
  const found = new Map<string, FoundTensor>();
  for (const tensor of tensors) {
    let name = tensor.name;
    for (let number = 2; found.has(name); number += 1) name = `${tensor.name}#${number}`;
    found.set(name, tensor);
  }
  return found;
}

function placedValues(
  source: ByteSource,
  offset: number | undefined,
  bytes: number | undefined,
): TensorValues | string {
  if (offset === undefined || bytes === undefined) return 'where its numbers are is not known';
  if (offset + bytes > source.size) return 'some of its numbers are missing';
  return { bytes, read: () => streamOf(source, offset, bytes) };
}

interface OpenSource {
  readonly source: ByteSource;
  readonly close: () => Promise<void>;
}

async function openSource(version: ModelVersion, options: OpenTensorsOptions): Promise<OpenSource> {
  const isHeaded = headed.has(version.inspection.format);
  if (isHeaded || version.size <= HELD) {
    const source = await ContentSource.open(version, { ...options, isHeld: !isHeaded });
    return { source, close: () => Promise.resolve() };
  }
  const { path, close: remove } = await restored(version, options);
  const file = await orClosed(remove, async () => await openFile(path));
  return {
    source: file.source,
    close: async () => {
      await file[Symbol.asyncDispose]();
      await remove();
    },
  };
}

interface Restored {
  readonly path: string;
  readonly close: () => Promise<void>;
}

/** Writes a version to a folder of its own, which goes with `close`. */
async function restored(version: ModelVersion, { repository, signal }: OpenTensorsOptions): Promise<Restored> {
  const folder = await mkdtemp(join(tmpdir(), 'model-'));
  const close = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  const path = join(folder, 'model');
  await orClosed(close, async () => await restoreContent(repository, version, { to: path, signal }));
  return { path, close };
}

/** What work on something that is open gives; when it fails, that is closed. */
async function orClosed<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await close();
    throw error;
  }
}
