import type { Framework, TensorInfo, Verdict } from '../inspect/inspection.ts';
import type { Code, Dataset, ModelVersion, Params } from '../versions/version.ts';

/** What only people know of a model, a text for each section of its card. Markdown is kept as it is. */
export interface CardTexts {
  /** What it is for, who uses it, and what it is not for. */
  readonly intendedUse?: string | undefined;
  /** Groups, devices and surroundings that it works differently for. */
  readonly factors?: string | undefined;
  /** What it was measured with. */
  readonly evaluationData?: string | undefined;
  readonly ethicalConsiderations?: string | undefined;
  readonly caveats?: string | undefined;
}

/** A metric of a version, and of the version that it is compared with. */
export interface CardMetric {
  readonly name: string;
  readonly value: number;
  readonly before?: number | undefined;
}

/** What a version is, in the order of sections of Mitchell et al., "Model Cards for Model Reporting" (2019). */
export interface ModelCard {
  readonly model: string;
  readonly version: string;
  readonly aliases: readonly string[];
  readonly description?: string | undefined;
  /** What changed, and why it has its number. */
  readonly change: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly addedAt: string;
  readonly addedBy: string;
  readonly format: string;
  readonly framework?: Framework | undefined;
  readonly parameters?: number | undefined;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: string;
  /** What a tag `license=…` (or `licence=…`) says. */
  readonly license?: string | undefined;
  readonly tags: readonly string[];
  readonly metrics: readonly CardMetric[];
  /** The version that `before` is of: its parent in the same model, or the version before. */
  readonly comparedWith?: string | undefined;
  readonly dataset?: Dataset | undefined;
  readonly params: Params;
  readonly code?: Code | undefined;
  /** `price@1.0.0` */
  readonly parents: readonly string[];
  readonly verdict: Verdict;
  /** Codes of what the inspection found. */
  readonly findings: readonly string[];
  readonly texts: CardTexts;
}

/** What a card says beside the version. */
export interface CardOptions {
  readonly texts?: CardTexts | undefined;
}

/** The card of a version. */
export function modelCard(
  version: ModelVersion,
  beside: { readonly aliases: readonly string[]; readonly previous: ModelVersion | undefined } & CardOptions,
): ModelCard {
  const { addedAt, metrics, parents, inspection, reason, change, addedBy, tags, params, ...rest } = version;
  const { model, version: number, description, file, size, digest, dataset, code } = rest;
  const { aliases, previous, texts = {} } = beside;
  const { format, framework, parameters, inputs, outputs, verdict, findings } = inspection;
  const license = licenseOf(version);
  return {
    model,
    version: number,
    aliases,
    ...(description === undefined ? {} : { description }),
    change,
    reason,
    addedAt: new Date(addedAt).toISOString(),
    addedBy,
    format,
    ...(framework === undefined ? {} : { framework }),
    ...(parameters === undefined ? {} : { parameters }),
    inputs,
    outputs,
    file,
    size,
    digest,
    ...(license === undefined ? {} : { license }),
    tags,
    metrics: Object.entries(metrics).map(([name, value]) => withBefore({ name, value }, previous)),
    ...(previous === undefined ? {} : { comparedWith: previous.version }),
    ...(dataset === undefined ? {} : { dataset }),
    params,
    ...(code === undefined ? {} : { code }),
    parents: parents.map((parent) => `${parent.model}@${parent.version}`),
    verdict,
    findings,
    texts,
  };
}

function withBefore(metric: CardMetric, previous: ModelVersion | undefined): CardMetric {
  const { name } = metric;
  const before = previous !== undefined && Object.hasOwn(previous.metrics, name) ? previous.metrics[name] : undefined;
  return before === undefined ? metric : { ...metric, before };
}

/** The licence that a tag of a version names. */
export function licenseOf({ tags }: Pick<ModelVersion, 'tags'>): string | undefined {
  return tags.map((tag) => /^licen[cs]e=(?<name>.+)$/.exec(tag)?.groups?.['name']).find((name) => name !== undefined);
}
