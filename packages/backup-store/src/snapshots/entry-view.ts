import { type Entry, isAbsent } from '../catalog/entry.ts';
import type { EntryView } from '../repository/contract.ts';
import { displayPath, joinPath } from '../run/display-path.ts';

/** An entry as listings show it. `folder` is the path of its source in the snapshot. */
export function entryView(folder: Uint8Array, entry: Entry): EntryView {
  const { kind, mode, uid, gid, size, mtimeNs, linkTarget, hardLinkTo, torn } = entry;
  return {
    ...displayPath(joinPath(folder, entry.path)),
    kind,
    mode,
    uid,
    gid,
    size,
    mtimeNs,
    ...(linkTarget === undefined ? {} : { linkTarget: linkTarget.toString('utf8') }),
    ...(hardLinkTo === undefined ? {} : { hardLinkTo: joinPath(folder, hardLinkTo).toString('utf8') }),
    ...(torn === true ? { torn } : {}),
    ...(isAbsent(entry) ? { absent: true } : {}),
  };
}
