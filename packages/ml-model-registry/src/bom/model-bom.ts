import { licenseOf } from '../card/model-card.ts';
import { dataId } from '../lineage/trace-lineage.ts';
import { type KnownVersion, versionId } from '../versions/known-version.ts';
import type { Dataset, ModelVersion, Parent } from '../versions/version.ts';
import { serialNumber } from './serial-number.ts';

type Json = Readonly<Record<string, unknown>>;

/** Algorithms of digests by the names of CycloneDX, and how many hex digits they have. */
const algorithms: Readonly<Record<string, readonly [name: string, digits: number]>> = {
  md5: ['MD5', 32],
  sha1: ['SHA-1', 40],
  sha256: ['SHA-256', 64],
  sha384: ['SHA-384', 96],
  sha512: ['SHA-512', 128],
  blake3: ['BLAKE3', 64],
};

/**
 * The ML-BOM of a version in CycloneDX 1.6: the model with its card and digest, its data and framework as components, parents and commit as its
 * pedigree. The same version gives the same bytes.
 *
 * @param parents What is known of its parents; those that are not known are named without a digest.
 * @returns JSON with two spaces for each level and a newline at the end.
 */
export function modelBom(version: ModelVersion, parents: readonly KnownVersion[]): string {
  const { dataset, inspection } = version;
  const { framework } = inspection;
  const root = versionId(version);
  const needs = [
    ...(dataset === undefined ? [] : [dataComponent(dataset)]),
    ...(framework === undefined ? [] : [{ type: 'framework', 'bom-ref': `framework:${framework.name}`, ...framework }]),
  ];
  const content = {
    version: 1,
    metadata: {
      timestamp: new Date(version.addedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
      lifecycles: [{ phase: 'post-build' }],
      tools: { components: [{ type: 'library', group: '@x', name: 'ml-model-registry' }] },
      component: modelComponent(version, parents),
    },
    ...(needs.length > 0 && { components: needs }),
    dependencies: [
      { ref: root, ...(needs.length > 0 && { dependsOn: needs.map((each) => each['bom-ref']) }) },
      ...needs.map((each) => ({ ref: each['bom-ref'] })),
    ],
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serialNumber(JSON.stringify(content))}`,
    ...content,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function modelComponent(version: ModelVersion, parents: readonly KnownVersion[]): Json {
  const { model, version: number, description, digest, tags, params, inspection, file, size } = version;
  const license = licenseOf(version);
  const properties = [
    ['file', file],
    ['size', String(size)],
    ['format', inspection.format],
    ['verdict', inspection.verdict],
    ...(inspection.parameters === undefined ? [] : [['parameters', String(inspection.parameters)]]),
    ...Object.entries(params).map(([name, value]) => [`param:${name}`, String(value)]),
  ].map(([name, value]) => ({ name: `holdfast:model:${name}`, value }));
  return {
    type: 'machine-learning-model',
    'bom-ref': versionId(version),
    publisher: version.addedBy,
    name: model,
    version: number,
    ...(description !== undefined && { description }),
    hashes: hashesOf(digest),
    ...(license !== undefined && { licenses: [{ license: { name: license, acknowledgement: 'declared' } }] }),
    purl: `pkg:generic/${model}@${number}`,
    ...pedigreeOf(version, parents),
    modelCard: cardOf(version),
    properties,
    ...(tags.length > 0 && { tags }),
  };
}

function pedigreeOf({ parents, code, reason }: ModelVersion, known: readonly KnownVersion[]): Json {
  const ancestors = parents.map((parent) => ancestor(parent, known));
  const url = code?.repository;
  return {
    pedigree: {
      ...(ancestors.length > 0 && { ancestors }),
      ...(code !== undefined && {
        commits: [{ uid: code.commit, ...(url !== undefined && URL.canParse(url) && { url }) }],
      }),
      notes: reason,
    },
  };
}

function ancestor(parent: Parent, known: readonly KnownVersion[]): Json {
  const found = known.find(({ version }) => versionId(version) === versionId(parent));
  return {
    type: 'machine-learning-model',
    name: parent.model,
    version: parent.version,
    ...(found !== undefined && { hashes: hashesOf(found.version.digest) }),
  };
}

function cardOf({ metrics, dataset, inspection }: ModelVersion): Json {
  const named = (tensors: typeof inspection.inputs): readonly Json[] =>
    tensors.map(({ name, type, shape }) => ({
      format: `${name}: ${type} [${shape.map((each) => each ?? '?').join(', ')}]`,
    }));
  const { inputs, outputs } = inspection;
  const parameters = {
    ...(dataset !== undefined && { datasets: [{ ref: dataId(dataset) }] }),
    ...(inputs.length > 0 && { inputs: named(inputs) }),
    ...(outputs.length > 0 && { outputs: named(outputs) }),
  };
  const performanceMetrics = Object.entries(metrics).map(([type, value]) => ({ type, value: String(value) }));
  return {
    ...(Object.keys(parameters).length > 0 && { modelParameters: parameters }),
    ...(performanceMetrics.length > 0 && { quantitativeAnalysis: { performanceMetrics } }),
  };
}

function dataComponent(dataset: Dataset): Json {
  const { name, digest } = dataset;
  const hashes = hashesOf(digest ?? '');
  return {
    type: 'data',
    'bom-ref': dataId(dataset),
    name,
    ...(hashes.length > 0 && { hashes }),
    data: [{ type: 'dataset', name }],
    // A digest of a kind that CycloneDX does not know.
    ...(hashes.length === 0 &&
      digest !== undefined && { properties: [{ name: 'holdfast:model:dataset-digest', value: digest }] }),
  };
}

function hashesOf(digest: string): readonly Json[] {
  const [algorithm = '', hex = ''] = digest.toLowerCase().split(':', 2);
  const known = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (known === undefined || !/^[0-9a-f]+$/.test(hex) || hex.length !== known[1]) return [];
  return [{ alg: known[0], content: hex }];
}
