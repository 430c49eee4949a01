import { join } from 'node:path';
import type { ModelRegistry, RegistryEvent } from '@x/ml-model-registry';
import type { Repository } from '@x/backup-store';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { metricSets } from './model-metrics.ts';
import { openConfigured, requireLocation } from './compose.ts';
import { loadTestOptions, trustParts } from './model-trust.ts';

/** An open registry; dispose of the repository that has its content. */
export interface OpenModels {
  readonly registry: ModelRegistry;
  readonly repository: Repository;
}

/** What a command does with models, beside reading. */
export interface OpenModelsOptions {
  /** Signs: the key of the configuration is read. */
  readonly signs?: boolean | undefined;
  /** Loads models to test them. */
  readonly loads?: boolean | undefined;
}

/**
 * Opens the registry that the configuration means: content in the repository, names and history in `models.store`, or else beside the content.
 *
 * @throws {CliError} `REPOSITORY_NOT_SET`; {StorageError} `UNSUPPORTED_URL`.
 */
export async function openModels(context: Context, options: OpenModelsOptions = {}): Promise<OpenModels> {
  const { settings } = await context.effective();
  const location = settings['models.store'] ?? requireLocation(settings);
  const trust = await trustParts(context, settings, options.signs === true);
  const repository = await openConfigured(context);
  const [{ createModelRegistry }, { openStore }, { defaultCacheDirectory }] = await Promise.all([
    import('@x/ml-model-registry'),
    import('@x/storage'),
    import('@x/backup-store'),
  ]);
  const onEvent = (event: RegistryEvent): void => {
    context.told.models(event);
    const { type, model, version = '' } = event;
    context.messages.debug(`event ${type} ${model} ${version}`.trimEnd());
  };
  const registry = createModelRegistry({
    storage: await openStore(location),
    repository,
    tenant: settings['models.tenant'],
    changes: settings['models.changes'],
    cacheDirectory: join(settings.cacheDirectory ?? defaultCacheDirectory(), 'models'),
    ...trust,
    ...(options.loads === true ? { loadTest: await loadTestOptions(context, settings) } : {}),
    metrics: await metricSets(settings),
    onEvent,
  });
  return { registry, repository };
}

/** `price@prod` as a model and a reference; the reference is `latest` where there is none. */
export function modelReference(text: string): { readonly model: string; readonly reference: string } {
  const [model = '', reference, ...more] = text.split('@');
  if (model !== '' && reference !== '' && more.length === 0) return { model, reference: reference ?? 'latest' };
  throw usageError(
    `Expected a model such as price or price@prod, got ${JSON.stringify(text)}`,
    'See --help of the command.',
  );
}

/** `name=1.5`, given any number of times, as numbers by name. */
export function figures(texts: readonly string[] | undefined, flag: string): Readonly<Record<string, number>> {
  const found = settingsOf(texts, flag).map(([name, text]) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value)) return [name, value] as const;
    throw usageError(
      `Expected a number as ${flag} ${name}, got ${JSON.stringify(text)}`,
      `Write it as ${flag} ${name}=0.91.`,
    );
  });
  return Object.fromEntries(found);
}

/** `name=value`, given any number of times: numbers and `true` and `false` are what they look like, all else is text. */
export function parameters(
  texts: readonly string[] | undefined,
  flag: string,
): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(settingsOf(texts, flag).map(([name, text]) => [name, valueOf(text)]));
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(text) ? Number(text) : text;
}

function settingsOf(
  texts: readonly string[] | undefined,
  flag: string,
): readonly (readonly [name: string, text: string])[] {
  return (texts ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw usageError(
      `Expected a name and a value as ${flag}, got ${JSON.stringify(text)}`,
      `Write it as ${flag} name=value.`,
    );
  });
}

/** The inspection of files, without the rest of the package. */
export async function loadInspection(): Promise<typeof import('@x/ml-model-registry/inspect')> {
  return await import('@x/ml-model-registry/inspect');
}

/** What makes texts of what the registry tells. */
export async function loadModelTexts(): Promise<
  Pick<typeof import('@x/ml-model-registry'), 'lineageDot' | 'lineageMermaid' | 'lineageText' | 'modelCardText'>
> {
  return await import('@x/ml-model-registry');
}
