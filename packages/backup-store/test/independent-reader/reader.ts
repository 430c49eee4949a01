// Opening a repository, and what counts in it: snapshots, their sources and entries.
import { addPackAlone, addSegment, packName, type BlobStore } from './blobs.ts';
import { contentSha256, isAbsent, readCatalog, type Entry } from './catalog.ts';
import { readHistory } from './rounds.ts';
import { demand, openSealed, sha256, subkey, subkeys } from './sealed.ts';
import { openSlots, slotProblem, type Secret } from './secrets.ts';
import { listKeys, readObject } from './store.ts';

type Json = Record<string, unknown>;

const ledgerLimit = 2 ** 24;
const objectLimit = 2 ** 28;

/** A tenant and its keys. */
export interface Tenant {
  readonly label: string;
  readonly name: string;
  /** Newest first, as all keys here. */
  readonly keys: readonly Buffer[];
  readonly keeperKeys: readonly Buffer[];
}

/** A source of a snapshot, as its record describes it. */
export interface Source {
  readonly path: Buffer;
  readonly root: Buffer;
  readonly status: string;
  readonly stated: Json;
}

/** A snapshot that counts. */
export interface Snapshot {
  readonly id: string;
  readonly name: string | undefined;
  readonly startedAt: string;
  readonly sources: readonly Source[];
  readonly record: Json;
  readonly blobs: BlobStore;
}

/** An opened repository. */
export interface Repository {
  readonly folder: string;
  readonly id: Buffer;
  readonly encrypted: boolean;
  readonly tenants: readonly Tenant[];
  readonly rootKey: Buffer;
  /** Whether there was another root key before. */
  readonly rotated: boolean;
  readonly snapshots: Snapshot[];
  /** Damage that did not keep the rest from being read. */
  readonly problems: string[];
}

function text(value: unknown, pattern: RegExp): string {
  demand(typeof value === 'string' && pattern.test(value), `Expected a text like ${pattern}, got ${typeof value}`);
  return value;
}

function list(value: unknown): Json[] {
  demand(Array.isArray(value), 'Expected an array');
  return value as Json[];
}

function pathBytes(of: Json, member: 'path' | 'root'): Buffer {
  const base64 = of[`${member}Base64`];
  return base64 === undefined ? Buffer.from(text(of[member], /^/)) : Buffer.from(text(base64, /^/), 'base64');
}

/** Canonical JSON (RFC 8785). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical((value as Json)[name])}`).join(',')}}`;
}

/** The marker, or its copy; what is wrong with one of them is a problem. */
function readMarker(folder: string, problems: string[]): string {
  const read = (key: string): string | undefined => {
    try {
      return parseMarker(readObject(folder, key, { limit: 4096 }).toString('utf8'));
    } catch (error) {
      problems.push(`${key}: ${String(error)}`);
      return undefined;
    }
  };
  const [first, copy] = ['holdfast.json', 'holdfast-copy.json'].map(read);
  const id = first ?? copy;
  demand(id !== undefined, problems.join());
  if (copy !== undefined && copy !== id) problems.push('The copy of the marker names another repository');
  return id;
}

function parseMarker(bytes: string): string {
  demand(bytes.endsWith('}\n'), 'The marker is cut');
  const marker = JSON.parse(bytes) as Json;
  demand(marker['format'] === 'holdfast-repository', 'This is no repository');
  const [version, id] = [marker['version'], text(marker['id'], /^[0-9a-f]{32}$/)];
  const check = sha256(`holdfast-repository/${String(version)}/${id}`).toString('hex', 0, 8);
  demand(check === marker['check'], 'The marker is damaged');
  demand(version === 0, 'The repository has a newer format');
  return id;
}

function openJson(folder: string, name: Parameters<typeof openSealed>[0], limit: number): Json {
  return JSON.parse(openSealed(name, readObject(folder, name.key, { limit })).toString('utf8')) as Json;
}

function readLedger(repository: Repository, ledger: string, kind: number): Json {
  const { folder, problems } = repository;
  const numbersOf = (row: string): string[] =>
    listKeys(folder, row)
      .map((key) => key.slice(row.length + 1))
      .filter((number) => /^\d{12}$/.test(number));
  const rows = [ledger, `${ledger}-copy`];
  const number = rows.flatMap(numbersOf).sort().at(-1);
  demand(number !== undefined, `${ledger}: nothing is there`);
  for (const row of rows) {
    if (numbersOf(row).length !== Number(number)) problems.push(`${row}: an entry was removed`);
  }
  const subkeyName = ledger === 'config' ? 'config' : 'keyring';
  const sealed = { repositoryId: repository.id, kind, subkey: subkey(repository.rootKey, subkeyName) };
  const read = (row: string): Json => openJson(folder, { ...sealed, key: `${row}/${number}` }, ledgerLimit);
  try {
    return read(ledger);
  } catch (error) {
    const copy = read(`${ledger}-copy`);
    problems.push(String(error));
    return copy;
  }
}

function parseTenant(tenant: Json): Tenant {
  const generations = [tenant, ...list(tenant['olderKeys'] ?? [])];
  const all = (member: string): Buffer[] =>
    generations.map((keys) => Buffer.from(text(keys[member], /^[\w+/]{43}=$/), 'base64'));
  const name = text(tenant['name'], /^[^\0-\x1f\x7f]+$/);
  demand(Buffer.byteLength(name) <= 128, 'The name of a tenant is too long');
  return { label: text(tenant['label'], /^[0-9a-f]{16}$/), name, keys: all('key'), keeperKeys: all('keeperKey') };
}

/** Opens a repository with one of its secrets, and lists its snapshots. */
export function openRepository(folder: string, secret: Secret): Repository {
  const problems: string[] = [];
  const id = readMarker(folder, problems);
  const keys = listKeys(folder, 'keys/slots').filter((key) => /^keys\/slots\/[0-9a-f]{16}$/.test(key));
  demand(keys.length <= 64, 'There are more than 64 key slots');
  const slots = keys.map((key) => ({ key, object: readObject(folder, key, { limit: 65_536 }) }));
  problems.push(...slots.map(slotProblem).filter((problem) => problem !== undefined));
  const opened = openSlots(slots, secret, id);
  const common = { folder, id: Buffer.from(id, 'hex'), problems, snapshots: [], tenants: [], encrypted: true };
  const [first, ...others] = opened.map((slot) => ({
    slot,
    base: { ...common, rootKey: slot.rootKey, rotated: false },
  }));
  demand(first !== undefined, 'No key slot opens with this secret');
  let [{ slot, base }, ring] = [first, undefined as Json | undefined];
  for (const each of [first, ...others]) {
    try {
      ring = readLedger(each.base, 'keys/ring', 3);
      ({ slot, base } = each);
      break;
    } catch (error) {
      // The slot of a root key that is none any more, or not yet.
      if (each === (others.at(-1) ?? first)) throw error;
    }
  }
  demand(ring !== undefined, 'No keyring opens');
  const counting = ring['slots'] === undefined ? undefined : list(ring['slots']);
  demand(counting?.some((each) => slot.key === `keys/slots/${String(each['id'])}`) !== false, 'The key was removed');
  const config = (ring['config'] as Json | undefined) ?? readLedger(base, 'config', 2);
  demand(config['repositoryId'] === id, 'The configuration belongs to another repository');
  const tenants = list(ring['tenants']);
  demand(tenants.length <= 100_000, 'There are too many tenants');
  const there = tenants.filter((tenant) => tenant['erasing'] === undefined);
  // Several tenants may have the same label and keys: whose a snapshot is, its record says.
  const usable = there.filter(({ label }, i) => there.findIndex((each) => each['label'] === label) === i);
  const rotated = ring['config'] !== undefined;
  const repository = { ...base, rotated, encrypted: config['encrypted'] !== false, tenants: usable.map(parseTenant) };
  for (const tenant of repository.tenants) readTenant(repository, tenant);
  return repository;
}

function readTenant(repository: Repository, { label, keys, keeperKeys }: Tenant): void {
  const { folder, id: repositoryId, problems } = repository;
  const attempt: Attempt = (action, what) => {
    try {
      action();
      return true;
    } catch (error) {
      problems.push(`${what}: ${String(error)}`);
      return false;
    }
  };
  // Without it nobody knows what counts: this damage is the end.
  const history = readHistory({ folder, repositoryId, label, keeperKeys, problems });
  const forgotten = new Set(history.forgotten);
  for (const marker of listKeys(folder, `forget/${label}`)) {
    const snapshot = /^forget\/[^/]+\/([0-9a-f]{32})$/.exec(marker)?.[1];
    if (snapshot === undefined) continue;
    attempt(() => {
      const name = { repositoryId, kind: 9, subkey: keeperKeys, label, key: marker };
      demand(openJson(folder, name, objectLimit)['snapshot'] === snapshot, 'names another snapshot');
      forgotten.add(snapshot);
    }, marker);
  }
  const maps = { packs: new Map(), places: new Map() };
  const blobs: BlobStore = { folder, repositoryId, label, keys, ...maps, last: {} };
  const snapshots: Snapshot[] = [];
  for (const { record } of history.snapshots) {
    const id = text(record['id'], /^[0-9a-f]{32}$/);
    attempt(() => void snapshots.push(parseSnapshot(record, id, blobs)), `snapshot ${id} of the history`);
  }
  for (const { id, packs } of history.segments) {
    const [session = '', segment] = id.split('/');
    loadSegments(blobs, session, { segments: [segment], packs, attempt });
  }
  readCommits({ folder, repositoryId, label, keys, decided: history.decided }, { blobs, snapshots, attempt });
  for (const removed of reportRemoved(snapshots, forgotten, problems)) loadSegments(blobs, removed, { attempt });
  snapshots.sort((a, b) => (a.startedAt + a.id < b.startedAt + b.id ? -1 : 1));
  repository.snapshots.push(...snapshots.filter(({ id }) => !forgotten.has(id)));
}

/** Reads the commits that the newest decision does not cover. */
function readCommits(
  from: { folder: string; repositoryId: Buffer; label: string; keys: readonly Buffer[]; decided: number },
  into: { blobs: BlobStore; snapshots: Snapshot[]; attempt: Attempt },
): void {
  const { folder, repositoryId, label, keys, decided } = from;
  const { blobs, snapshots, attempt } = into;
  for (const commit of listKeys(folder, `commits/${label}`)) {
    const [, epoch, session] = /^commits\/[^/]+\/(\d{8})\/([0-9a-f]{32})$/.exec(commit) ?? [];
    if (session === undefined || Number(epoch) < decided) continue;
    const read = (): void => {
      const name = { repositoryId, kind: 7, subkey: subkeys(keys, 'meta'), label, key: commit };
      const content = openJson(folder, name, objectLimit);
      if (content['type'] === 'fence') return;
      demand(content['type'] === 'snapshot', 'an unknown type of commit');
      snapshots.push(parseSnapshot(content['record'] as Json, session, blobs));
      loadSegments(blobs, session, { segments: content['segments'], attempt });
    };
    if (!attempt(read, commit)) loadSegments(blobs, session, { attempt });
  }
}

function parseSnapshot(record: Json, session: string, blobs: BlobStore): Snapshot {
  demand(record['id'] === session, 'the record has another id than the session');
  const { manifestSha256, ...rest } = record;
  demand(sha256(canonical(rest)).toString('hex') === manifestSha256, 'the record has another digest than it says');
  const keyIds = subkeys(blobs.keys, 'key-id').map((each) => each.toString('hex', 0, 8));
  demand(keyIds.includes(text((record['encryption'] as Json)['keyId'], /^/)), 'the record has another keyId');
  const sources = list(record['sources']).map((stated) => {
    text(stated['kind'], /^[a-z][a-z0-9-]{0,31}$/);
    const status = text(stated['status'], /^(ok|partial|failed)$/);
    return { path: pathBytes(stated, 'path'), root: pathBytes(stated, 'root'), status, stated };
  });
  checkModules(record);
  const name = record['name'] === undefined ? undefined : text(record['name'], /^/);
  const startedAt = text(record['startedAt'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return { id: session, name, startedAt, sources, record, blobs };
}

/** Compares the digests of modules, and of the software, with what they are of. */
function checkModules(record: Json): void {
  const stated = record['modules'] === undefined ? [] : list(record['modules']);
  const named = new Set(list(record['sources']).flatMap(({ module }) => (module === undefined ? [] : [module])));
  demand(stated.length === named.size, 'the record has other modules than its sources name');
  for (const module of stated) {
    const own = list(record['sources']).filter((source) => source['module'] === module['name']);
    const texts = own.map(({ kind, root, rootBase64, treeSha256 }) =>
      Buffer.from(canonical({ kind, root, ...(rootBase64 === undefined ? {} : { rootBase64 }), treeSha256 })),
    );
    const ordered = texts.sort((a, b) => Buffer.compare(a, b));
    const digest = sha256(`[${ordered.join(',')}]`).toString('hex');
    demand(digest === module['sha256'], 'a module has another digest than the record says');
    const contents = own.map(({ contentSha256: content, kind }) => canonical({ contentSha256: content, kind })).sort();
    const isKnown = own.every((source) => source['contentSha256'] !== undefined);
    const content = isKnown ? sha256(`[${contents.join(',')}]`).toString('hex') : undefined;
    demand(content === module['contentSha256'], 'a module has another content than the record says');
    const sum = (member: string): number => own.reduce((total, source) => total + Number(source[member]), 0);
    const counts = [own.length, sum('files'), sum('bytes')];
    demand(
      canonical(counts) === canonical(['sources', 'files', 'bytes'].map((each) => module[each])),
      'a module counts wrong',
    );
  }
  if (record['software'] === undefined) return;
  const { sha256: digest, ...software } = record['software'] as Json;
  demand(
    sha256(canonical(software)).toString('hex') === digest,
    'the software has another digest than the record says',
  );
}

type Attempt = (action: () => void, what: string) => boolean;

/**
 * Loads the segments that a commit or history names; all of the session when the commit is damaged or gone. Instead of
 * one that is lost come the packs that the history names with it, or else all of its session.
 */
function loadSegments(
  store: BlobStore,
  session: string,
  how: { segments?: unknown; packs?: readonly string[]; attempt: Attempt },
): void {
  const { folder, repositoryId, label } = store;
  const below = `index/${label}/${session}`;
  const ids = how.segments === undefined ? listKeys(folder, below).map((key) => key.slice(-16)) : list(how.segments);
  for (const id of ids) {
    const name = { repositoryId, kind: 6, subkey: subkeys(store.keys, 'index'), label };
    const key = `${below}/${text(id, /^[0-9a-f]{16}$/)}`;
    const load = (): void => {
      addSegment(store, openSealed({ ...name, key }, readObject(folder, key, { limit: objectLimit })));
    };
    if (how.attempt(load, key)) continue;
    for (const pack of how.packs ?? packsOf(store, session)) {
      const [of = '', packId = ''] = pack.split('/');
      how.attempt(() => addPackAlone(store, packName(store, of, packId)), `packs/${label}/${pack}`);
    }
  }
}

/** The packs below a session, as `session/pack`. */
function packsOf({ folder, label }: BlobStore, session: string): string[] {
  const keys = listKeys(folder, `packs/${label}/${session}`);
  return keys.flatMap((key) => /^packs\/[^/]+\/([^/]+\/[0-9a-f]{16})$/.exec(key)?.[1] ?? []);
}

/** Reports the snapshots that others follow and that are not there, and returns their ids. */
function reportRemoved(snapshots: readonly Snapshot[], forgotten: ReadonlySet<string>, problems: string[]): string[] {
  const known = new Map(snapshots.map(({ id, record }) => [id, record['manifestSha256']]));
  const removed = new Set<string>();
  for (const { id, record } of snapshots) {
    for (const before of list(record['follows'])) {
      const other = text(before['id'], /^[0-9a-f]{32}$/);
      if (known.get(other) === before['manifestSha256'] || (forgotten.has(other) && !known.has(other))) continue;
      problems.push(`${id}: follows ${other}, which was removed or changed`);
      if (!known.has(other)) removed.add(other);
    }
  }
  return [...removed];
}

/** The entries of a source, in the order of its catalog. */
export function readEntries({ blobs }: Snapshot, { stated }: Source): Entry[] {
  const catalog = stated['catalog'] as Json;
  const [length, height, count] = [Number(catalog['length']), Number(catalog['height']), Number(stated['entries'])];
  const top = { sha256: Buffer.from(text(catalog['sha256'], /^[0-9a-f]{64}$/), 'hex'), length, height, entries: count };
  const entries = readCatalog(blobs, top, text(stated['treeSha256'], /^[0-9a-f]{64}$/));
  const files = entries.filter(({ kind }) => kind === 'file');
  const absent = files.filter(isAbsent).reduce((sum, { size }) => sum + size, 0);
  const allowed = (stated['absent'] ?? { bytes: 0 }) as Json;
  const content = stated['contentSha256'];
  demand(
    content === undefined || content === contentSha256(entries),
    'A source has other content than its record says',
  );
  demand(absent === allowed['bytes'], 'A source lacks the content of other files than its record says');
  demand(files.length === stated['files'], 'A source has another number of files than its record says');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  demand(bytes === stated['bytes'], 'A source has another number of bytes than its record says');
  return entries;
}
