import { basename, resolve } from 'node:path';
import type { BackupResult } from '@x/backup-store';
import { tensorCuts } from '../content/cuts.ts';
import { modelSource } from '../content/model-source.ts';
import { ModelError } from '../errors.ts';
import type { ModelHistory } from '../history/history.ts';
import { highestVersion, type ModelState } from '../history/state.ts';
import { inspectModel } from '../inspect/inspect-model.ts';
import type { ModelInspection, Verdict } from '../inspect/inspection.ts';
import { own } from '../metrics/estimate.ts';
import { nextVersion } from '../versions/change.ts';
import type { ModelVersion, VersionInspection } from '../versions/version.ts';
import type { AddedVersion, AddOptions } from './contract.ts';
import { checkFacts } from './facts.ts';
import type { RegistryParts } from './parts.ts';

const order: readonly Verdict[] = ['clean', 'unknown', 'suspicious', 'malicious'];

/** A file that somebody wants to add. */
export interface Addition {
  readonly model: string;
  readonly path: string;
  readonly options: AddOptions;
}

/**
 * Inspects a file, stores its content, and writes the version to the history: in this order, so that a version that is there has its content.
 *
 * @throws {ModelError} Those of `ModelRegistry.add`.
 */
export async function addVersion(
  addition: Addition,
  history: ModelHistory,
  parts: RegistryParts,
): Promise<AddedVersion> {
  const { model, options } = addition;
  const path = resolve(addition.path);
  checkFacts(options, own(parts.metrics, model));
  // A kind of change that is none is known before anything is read.
  nextVersion(undefined, options.change, parts.changes);
  const inspection = await inspectModel(path, { digest: true, limits: parts.limits, signal: options.signal });
  refuse(inspection, addition, parts);
  const same = unchanged(await history.read(), inspection);
  if (same !== undefined) return { version: same, isNew: false, bytesStored: 0 };
  const stored = await store(path, { addition, inspection, parts });
  const event = await history.append((state) => ({
    kind: 'version.added',
    version: versionOf(state, { addition, inspection, snapshot: stored.snapshot, parts }),
  }));
  if (event.kind !== 'version.added') throw new TypeError('Expected the event that was written');
  parts.tell({ type: 'model.added', model, version: event.version.version });
  return { version: event.version, isNew: true, bytesStored: stored.bytesStored };
}

function refuse(inspection: ModelInspection, addition: Addition, parts: RegistryParts): void {
  const { verdict, findings } = inspection;
  if (order.indexOf(verdict) <= order.indexOf(parts.accept)) return;
  const worst = findings.toSorted(
    (a, b) => order.indexOf(b.severity as Verdict) - order.indexOf(a.severity as Verdict),
  )[0];
  const codes = [...new Set(findings.map(({ code }) => code))].join(', ');
  parts.tell({ type: 'model.refused', model: addition.model, reason: `${verdict}: ${codes}` });
  const place =
    worst === undefined
      ? ''
      : ` (${worst.code} at ${worst.offset}${worst.part === undefined ? '' : ` of ${worst.part}`})`;
  throw new ModelError(
    'MODEL_REFUSED',
    `Expected a model that is ${parts.accept} at worst, got a ${verdict} one${place}`,
    {
      hint: 'Nothing was stored. Inspect the file for all that was found, and do not load it.',
      details: findings.map(
        ({ code, offset, part, message }) =>
          `${code} at ${offset}${part === undefined ? '' : ` of ${part}`}: ${message}`,
      ),
    },
  );
}

/** The newest version, when it has this content. */
function unchanged(state: ModelState, { digest }: ModelInspection): ModelVersion | undefined {
  const newest = [...state.versions.values()].at(-1);
  return newest !== undefined && newest.digest === digest ? newest : undefined;
}

interface Storing {
  readonly addition: Addition;
  readonly inspection: ModelInspection;
  readonly parts: RegistryParts;
}

async function store(
  path: string,
  storing: Storing,
): Promise<{ readonly snapshot: string; readonly bytesStored: number }> {
  const { addition, inspection, parts } = storing;
  const source = modelSource({ path, size: inspection.size, cuts: tensorCuts(inspection) });
  const { snapshot, counts } = await backedUp(parts, {
    tenant: parts.tenant,
    sources: [source],
    tags: [`model=${addition.model}`, 'kept-by=models'],
    name: addition.model,
    atomic: true,
    signal: addition.options.signal,
  });
  if (snapshot === undefined) throw new TypeError('Expected a snapshot of a backup that was made');
  if (source.digest() !== inspection.digest) {
    await parts.repository.forget({ snapshots: [snapshot.id] });
    throw new ModelError(
      'FILE_CHANGED',
      `Expected a file that nobody writes to, got one that changed after its inspection: ${path}`,
      {
        hint: 'Nothing was added. Run it again when whoever writes it is done.',
      },
    );
  }
  return { snapshot: snapshot.id, bytesStored: counts.bytesStored };
}

async function backedUp(
  parts: RegistryParts,
  options: Parameters<RegistryParts['repository']['backup']>[0],
): Promise<BackupResult> {
  try {
    return await parts.repository.backup(options);
  } catch (error) {
    // Where tenants are added by hand, so that no typing error makes one: this name comes from the program.
    if (!(error instanceof Error && 'code' in error && error.code === 'TENANT_NOT_FOUND')) throw error;
    await parts.repository.tenants.add(parts.tenant);
    return await parts.repository.backup(options);
  }
}

function versionOf(state: ModelState, storing: Storing & { readonly snapshot: string }): ModelVersion {
  const { addition, inspection, snapshot, parts } = storing;
  const { change, description, metrics, measurements, params, dataset, code, parents, tags } = addition.options;
  const next = nextVersion(highestVersion(state), change, parts.changes);
  return {
    model: addition.model,
    ...next,
    change,
    ...(description === undefined ? {} : { description }),
    metrics: metrics ?? {},
    ...(measurements === undefined ? {} : { measurements }),
    params: params ?? {},
    ...(dataset === undefined ? {} : { dataset }),
    ...(code === undefined ? {} : { code }),
    parents: parents ?? [],
    tags: tags ?? [],
    digest: inspection.digest ?? '',
    size: inspection.size,
    file: basename(addition.path),
    inspection: summary(inspection),
    snapshot,
    addedAt: parts.clock(),
    addedBy: parts.by,
  };
}

function summary(inspection: ModelInspection): VersionInspection {
  const { format, verdict, framework, parameters, inputs, outputs, findings } = inspection;
  return {
    format,
    verdict,
    ...(framework === undefined ? {} : { framework }),
    ...(parameters === undefined ? {} : { parameters }),
    inputs,
    outputs,
    findings: [...new Set(findings.map(({ code }) => code))],
  };
}
