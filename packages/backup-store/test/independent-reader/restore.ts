// Writing the entries of a snapshot into a folder.
import * as fs from 'node:fs';
import { readBlob, type BlobStore } from './blobs.ts';
import { type Entry, isAbsent } from './catalog.ts';
import { readEntries, type Snapshot } from './reader.ts';
import { demand } from './sealed.ts';

interface Target {
  readonly folder: Buffer;
  readonly blobs: BlobStore;
  /** The files that this restore has written, by path (latin1, which is any bytes). */
  readonly written: Set<string>;
  /** Files whose content is not in the snapshot. */
  readonly absent: Buffer[];
  /** Folders to be finished, in the order in which they came. */
  readonly folders: { path: Buffer; entry: Entry }[];
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;

function joinPath(...parts: Buffer[]): Buffer {
  const used = parts.filter((part) => part.length > 0);
  return Buffer.concat(used.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from('/'), part])));
}

/** Cuts a path at its slashes and refuses what may lead out of the folder. */
function safeSegments(path: Buffer): Buffer[] {
  if (path.length === 0) return [];
  const segments = path.toString('latin1').split('/');
  for (const segment of segments) {
    const bad = segment === '' || segment === '.' || segment === '..' || segment.length > 255 || segment.includes('\0');
    demand(!bad, `The path ${JSON.stringify(path.toString())} is not safe`);
  }
  return segments.map((segment) => Buffer.from(segment, 'latin1'));
}

function isThere(path: Buffer): fs.Stats | undefined {
  return fs.lstatSync(path, { throwIfNoEntry: false });
}

/** The place of an entry: what is above it must be a folder, and is made where no entry is one. */
function place(target: Target, source: Buffer, path: Buffer): Buffer {
  const segments = [...safeSegments(source), ...safeSegments(path)];
  let at = target.folder;
  for (const segment of segments.slice(0, -1)) {
    at = joinPath(at, segment);
    const found = isThere(at);
    if (found === undefined) fs.mkdirSync(at, 0o700);
    else demand(found.isDirectory(), `${at.toString()}: is no folder`);
  }
  return joinPath(target.folder, ...segments);
}

function setOwner(entry: Entry, change: (uid: number, gid: number) => void): number {
  try {
    change(entry.uid, entry.gid);
    return entry.mode;
  } catch {
    return entry.mode & ~0o6000;
  }
}

function finish(file: number, entry: Entry): void {
  const mode = setOwner(entry, (uid, gid) => fs.fchownSync(file, uid, gid));
  fs.fchmodSync(file, mode);
  fs.futimesSync(file, timeOf(entry), timeOf(entry));
}

/** For Node, which takes negative numbers for now: times before 1970 are dates, and lose what is below milliseconds. */
function timeOf(entry: Entry): number | Date {
  const time = entry.seconds + entry.nanoseconds / 1e9;
  return time < 0 ? new Date(time * 1000) : time;
}

function writeFile(target: Target, path: Buffer, entry: Entry): void {
  const file = fs.openSync(path, 'wx', 0o600);
  try {
    let at = 0;
    for (const blob of entry.blobs) {
      const bytes = readBlob(target.blobs, blob);
      for (let done = 0; done < bytes.length;) {
        const piece = bytes.subarray(done, done + (entry.sparse ? 4096 : bytes.length));
        const isHole = entry.sparse && piece.every((byte) => byte === 0);
        done += isHole ? piece.length : fs.writeSync(file, piece, 0, piece.length, at + done);
      }
      at += bytes.length;
    }
    fs.ftruncateSync(file, entry.size);
    finish(file, entry);
  } finally {
    fs.closeSync(file);
  }
}

function writeEntry(target: Target, source: Buffer, entry: Entry): void {
  const path = place(target, source, entry.path);
  const name = path.toString('latin1');
  if (target.written.has(name)) return; // Of two sources the first one wins.
  if (entry.kind === 'directory') {
    const found = isThere(path);
    if (found === undefined) fs.mkdirSync(path, 0o700);
    else demand(found.isDirectory(), `${path.toString()}: is no folder`);
    target.folders.push({ path, entry });
  } else if (entry.kind === 'symlink') {
    fs.symlinkSync(entry.target ?? '', path);
    setOwner(entry, (uid, gid) => fs.lchownSync(path, uid, gid));
    fs.lutimesSync(path, timeOf(entry), timeOf(entry));
    target.written.add(name);
  } else if (isAbsent(entry)) {
    target.absent.push(path);
  } else if (entry.kind === 'file') {
    if (entry.firstName === undefined) {
      writeFile(target, path, entry);
    } else {
      const first = place(target, source, entry.firstName);
      const ours = target.written.has(first.toString('latin1')) && isThere(first)?.isFile() === true;
      demand(ours, `${first.toString()}: is no file of this restore`);
      fs.linkSync(first, path);
    }
    target.written.add(name);
  }
}

/** Writes the entries of sources into a folder, which is made if it is missing. @returns The files that have no content. */
export function writeEntries(
  folder: string,
  blobs: BlobStore,
  sources: { path: Buffer; entries: Entry[] }[],
): readonly Buffer[] {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target: Target = { folder: Buffer.from(folder), blobs, written: new Set(), absent: [], folders: [] };
  for (const { path, entries } of sources) for (const entry of entries) writeEntry(target, path, entry);
  for (const { path, entry } of target.folders.toReversed()) {
    const file = fs.openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      finish(file, entry);
    } finally {
      fs.closeSync(file);
    }
  }
  return target.absent;
}

/** Restores all sources of a snapshot into a folder. @returns The files that have no content. */
export function restoreSnapshot(snapshot: Snapshot, folder: string): readonly Buffer[] {
  const sources = snapshot.sources.map((source) => ({ path: source.path, entries: readEntries(snapshot, source) }));
  return writeEntries(folder, snapshot.blobs, sources);
}
