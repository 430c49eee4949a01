import type { Bill } from './bill.ts';
import { derivedUuid } from './derived-id.ts';
import type { ComponentDigest, LockfileComponent, LockfileEdge, LockfileWorkspace } from './graph.ts';
import { licenceFrom } from './licence.ts';
import { npmPurl } from './purl.ts';

type Json = Readonly<Record<string, unknown>>;

const ALGORITHMS: Readonly<Record<ComponentDigest['algorithm'], string>> = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** The document of CycloneDX, in the order of members that the specification describes them. */
export function cycloneDx(bill: Bill, specVersion: '1.6' | '1.7'): Json {
  const { root, workspaces, components, edges, missing } = bill;
  const content = {
    version: 1,
    metadata: metadataOf(bill),
    components: [...workspaces.map(workspaceComponent), ...components.map(packageComponent)],
    dependencies: dependenciesOf([root, ...[...workspaces, ...components].map(({ id }) => id)], edges),
    ...(missing.length > 0 && {
      compositions: [{ aggregate: 'incomplete', dependencies: [...new Set(missing.map(({ from }) => from))] }],
    }),
  };
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: `urn:uuid:${derivedUuid(JSON.stringify([specVersion, content]))}`,
    ...content,
  };
}

function metadataOf({ subject, root, timestamp }: Bill): Json {
  const { name, version, type = 'application', description, licence, purl } = subject;
  return {
    ...(timestamp !== undefined && { timestamp }),
    // Read from what will be installed, not from what was.
    lifecycles: [{ phase: 'pre-build' }],
    tools: { components: [{ type: 'library', ...named('@x/versioning') }] },
    component: {
      type,
      'bom-ref': root,
      ...named(name),
      ...(version !== undefined && { version }),
      ...(description !== undefined && { description }),
      ...licencesOf(licence),
      purl: purl ?? npmPurl(name, version),
    },
  };
}

/** CycloneDX keeps the scope apart: `@babel/core` is `core` of the group `@babel`. */
function named(name: string): Json {
  const [group, rest] = name.startsWith('@') ? name.split('/', 2) : [];
  return group === undefined || rest === undefined ? { name } : { group, name: rest };
}

const workspaceComponent = ({ id, name, version, path }: LockfileWorkspace): Json => ({
  type: 'library',
  'bom-ref': id,
  ...named(name ?? path),
  ...(version !== undefined && { version }),
  scope: 'required',
  ...(name !== undefined && { purl: npmPurl(name, version) }),
});

function packageComponent(component: LockfileComponent): Json {
  const { id, name, version, purl, integrity, resolved, licence, patched } = component;
  const properties = propertiesOf(component);
  return {
    type: 'library',
    'bom-ref': id,
    ...named(name),
    ...(version !== undefined && { version }),
    scope: component.dev ? 'excluded' : component.optional ? 'optional' : 'required',
    ...(integrity.length > 0 && {
      hashes: integrity.map(({ algorithm, hex }) => ({ alg: ALGORITHMS[algorithm], content: hex })),
    }),
    ...licencesOf(licence),
    purl,
    ...(patched && { pedigree: { patches: [{ type: 'unofficial' }] } }),
    ...(resolved !== undefined && {
      externalReferences: [{ url: resolved, type: resolved.startsWith('git') ? 'vcs' : 'distribution' }],
    }),
    ...(properties.length > 0 && { properties }),
  };
}

/** The names that CycloneDX has registered for npm. */
function propertiesOf({ dev, bundled }: LockfileComponent): Json[] {
  return [
    ...(bundled ? [{ name: 'cdx:npm:package:bundled', value: 'true' }] : []),
    ...(dev ? [{ name: 'cdx:npm:package:development', value: 'true' }] : []),
  ];
}

function licencesOf(text: string | undefined): Json {
  if (text === undefined) return {};
  const licence = licenceFrom(text);
  const acknowledgement = 'declared';
  if (licence.kind === 'expression') return { licenses: [{ expression: licence.expression, acknowledgement }] };
  const fields = licence.kind === 'id' ? { id: licence.id } : { name: licence.name };
  return { licenses: [{ license: { ...fields, acknowledgement } }] };
}

function dependenciesOf(ids: readonly string[], edges: readonly LockfileEdge[]): Json[] {
  const targets = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of edges) if (from !== to) targets.get(from)?.push(to);
  return [...targets].map(([ref, dependsOn]) => (dependsOn.length === 0 ? { ref } : { ref, dependsOn }));
}
