import { createHash } from 'node:crypto';
import type { Bill } from './bill.ts';
import { derivedUuid } from './derived-id.ts';
import { byCodeUnits, type DependencyKind, type LockfileComponent, type LockfileWorkspace } from './graph.ts';
import { type Licence, licenceFrom } from './licence.ts';
import { npmPurl } from './purl.ts';

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT = 'SPDXRef-DOCUMENT';
const UNKNOWN = 'NOASSERTION';

/** The document of SPDX 2.3, in the order of members that the specification describes them. */
export function spdx(bill: Bill): Json {
  const { subject, timestamp } = bill;
  const ids = idsOf(bill);
  const name = subject.version === undefined ? subject.name : `${subject.name}@${subject.version}`;
  const content = {
    creationInfo: { created: timestamp, creators: ['Tool: @x/versioning'] },
    ...extractedLicences(bill),
    packages: packagesOf(bill, ids),
    relationships: relationshipsOf(bill, ids),
  };
  const uuid = derivedUuid(JSON.stringify([name, content]));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name,
    // The form that the specification gives those who have no web site for their documents.
    documentNamespace: `https://spdx.org/spdxdocs/${plain(name)}-${uuid}`,
    ...content,
  };
}

/** Letters, digits, `.` and `-`, which is all that ids of SPDX may have. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^-+|-+$/g, '');

/** Readable, and never the same for two: `SPDXRef-lodash-4.17.21-0c1f3a9d5e7b`. */
function spdxId(id: string, name: string, version: string | undefined): string {
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return `SPDXRef-${[plain(name), plain(version ?? ''), digest].filter((part) => part !== '').join('-')}`;
}

/** The ids of elements by those of the graph. */
type Ids = ReadonlyMap<string, string>;

function idsOf({ root, subject, workspaces, components }: Bill): Ids {
  const ids = new Map([[root, spdxId(root, subject.name, subject.version)]]);
  for (const { id, name, path, version } of workspaces) ids.set(id, spdxId(id, name ?? path, version));
  for (const { id, name, version } of components) ids.set(id, spdxId(id, name, version));
  return ids;
}

function packagesOf({ root, subject, workspaces, components }: Bill, ids: Ids): Json[] {
  const { name, version, type = 'application', purl = npmPurl(name, version) } = subject;
  return [
    {
      SPDXID: ids.get(root),
      name,
      ...versionInfo(version),
      downloadLocation: UNKNOWN,
      filesAnalyzed: false,
      ...licensing(subject.licence),
      ...(subject.description !== undefined && { description: subject.description }),
      externalRefs: [purlReference(purl)],
      primaryPackagePurpose: type.toUpperCase(),
    },
    ...workspaces.map((workspace) => workspacePackage(workspace, ids)),
    ...components.map((component) => componentPackage(component, ids)),
  ];
}

const versionInfo = (version: string | undefined): Json => (version === undefined ? {} : { versionInfo: version });

const workspacePackage = ({ id, name, path, version }: LockfileWorkspace, ids: Ids): Json => ({
  SPDXID: ids.get(id),
  name: name ?? path,
  ...versionInfo(version),
  downloadLocation: UNKNOWN,
  filesAnalyzed: false,
  ...licensing(undefined),
  ...(name !== undefined && { externalRefs: [purlReference(npmPurl(name, version))] }),
  primaryPackagePurpose: 'LIBRARY',
});

const componentPackage = (component: LockfileComponent, ids: Ids): Json => ({
  SPDXID: ids.get(component.id),
  name: component.name,
  ...versionInfo(component.version),
  downloadLocation: component.resolved ?? UNKNOWN,
  filesAnalyzed: false,
  ...(component.integrity.length > 0 && {
    checksums: component.integrity.map(({ algorithm, hex }) => ({
      algorithm: algorithm.toUpperCase(),
      checksumValue: hex,
    })),
  }),
  ...licensing(component.licence),
  ...(component.patched && { comment: 'Changed on install by a patch of the repository.' }),
  externalRefs: [purlReference(component.purl)],
  primaryPackagePurpose: 'LIBRARY',
});

const purlReference = (purl: string): Json => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator: purl,
});

/** What was declared; nobody has concluded anything. */
const licensing = (text: string | undefined): Json => ({
  licenseConcluded: UNKNOWN,
  licenseDeclared: text === undefined ? UNKNOWN : declared(licenceFrom(text)),
  copyrightText: UNKNOWN,
});

function declared(licence: Licence): string {
  if (licence.kind === 'id') return licence.id;
  return licence.kind === 'expression' && licence.isListed ? licence.expression : referenceOf(textOf(licence));
}

const textOf = (licence: Exclude<Licence, { kind: 'id' }>): string =>
  licence.kind === 'name' ? licence.name : licence.expression;

/** An id for a text that is on no list, to be looked up in this document. */
const referenceOf = (text: string): string =>
  `LicenseRef-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

/** Each licence that is not on SPDX's list must be given with its text; its name is all that is known. */
function extractedLicences({ subject, components }: Bill): Json {
  const texts = new Set<string>();
  for (const text of [subject.licence, ...components.map(({ licence }) => licence)]) {
    if (text === undefined) continue;
    const licence = licenceFrom(text);
    if (licence.kind === 'name' || (licence.kind === 'expression' && !licence.isListed)) texts.add(text);
  }
  if (texts.size === 0) return {};
  const infos = [...texts].toSorted(byCodeUnits).map((text) => ({ licenseId: referenceOf(text), extractedText: text }));
  return { hasExtractedLicensingInfos: infos };
}

/** Where SPDX has a word for the kind of need, it is said from the side of what is needed. */
const BACKWARDS: Partial<Record<DependencyKind, string>> = {
  dev: 'DEV_DEPENDENCY_OF',
  optional: 'OPTIONAL_DEPENDENCY_OF',
};

function relationshipsOf(bill: Bill, ids: Ids): Json[] {
  const of = (from: string | undefined, relationshipType: string, to: string | undefined): Json => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  });
  const needs = bill.edges
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, kind }) => {
      const word = BACKWARDS[kind];
      return word === undefined ? of(ids.get(from), 'DEPENDS_ON', ids.get(to)) : of(ids.get(to), word, ids.get(from));
    });
  // What is missing: the list of needs is not whole (SPDX 2.3, 11.1).
  const open = [...new Set(bill.missing.map(({ from }) => from))].map((from) =>
    of(ids.get(from), 'DEPENDS_ON', UNKNOWN),
  );
  return [of(DOCUMENT, 'DESCRIBES', ids.get(bill.root)), ...needs, ...open];
}
