import { shown } from '../errors.ts';
import { type JsonMember, JsonScanner, type JsonSpan } from './json-scanner.ts';
import { invalidVersionFile, type TextEdit, type VersionFile } from './text-edit.ts';

/** Objects of a JSON file whose `version` is that of the release. */
export interface JsonVersionPlaces {
  /** Whether a `version` is added where there is none. */
  readonly isAdded: boolean;
  /** Whether npm's copy of the manifest, `packages[""]`, has it too. */
  readonly hasCopy: boolean;
}

/** Raises the version in a file of JSON. */
export function planJsonVersion(file: VersionFile, version: string, places: JsonVersionPlaces): TextEdit[] {
  const objects = new JsonObjects(file);
  const root = objects.rootMembers();
  const edits = objects.versionEdits(root, { version, place: 'version', isAdded: places.isAdded });
  const packages = places.hasCopy ? objects.memberOf(root, 'packages') : undefined;
  if (packages === undefined) return edits;
  const copy = objects.memberOf(objects.membersOf(packages, 'packages'), '');
  if (copy === undefined) return edits;
  const members = objects.membersOf(copy, 'packages[""]');
  return [...edits, ...objects.versionEdits(members, { version, place: 'packages[""].version', isAdded: true })];
}

/** Members of an object, and where it begins. */
interface Members {
  readonly start: number;
  readonly list: readonly JsonMember[];
}

interface VersionEdit {
  readonly version: string;
  /** For people: `packages[""].version`. */
  readonly place: string;
  readonly isAdded: boolean;
}

class JsonObjects {
  readonly #file: VersionFile;
  readonly #scanner: JsonScanner;

  constructor(file: VersionFile) {
    this.#file = file;
    this.#scanner = new JsonScanner(file);
  }

  rootMembers(): Members {
    return this.#read(this.#scanner.root(), 'an object');
  }

  membersOf({ value }: JsonMember, place: string): Members {
    return this.#read(value, `an object at ${place}`);
  }

  #read(span: JsonSpan, expected: string): Members {
    const { text } = this.#file;
    if (text[span.start] !== '{') {
      throw invalidVersionFile(this.#file, expected, {
        offset: span.start,
        got: shown(text.slice(span.start, span.end)),
      });
    }
    return { start: span.start, list: this.#scanner.members(span) };
  }

  /** The member of a key. Of two with one key, programs take one or the other. */
  memberOf({ list }: Members, key: string): JsonMember | undefined {
    const [member, second] = list.filter((each) => each.key === key);
    if (second === undefined) return member;
    throw invalidVersionFile(this.#file, `one ${shown(key)}`, {
      offset: second.keySpan.start,
      got: 'a second one',
      hint: 'Take one of them out; merges leave such things.',
    });
  }

  versionEdits(members: Members, { version, place, isAdded }: VersionEdit): TextEdit[] {
    const { text } = this.#file;
    const member = this.memberOf(members, 'version');
    if (member !== undefined) {
      const { start, end } = member.value;
      if (text[start] === '"') return [{ start, end, text: JSON.stringify(version) }];
      throw invalidVersionFile(this.#file, `a string at ${place}`, {
        offset: start,
        got: shown(text.slice(start, end)),
      });
    }
    if (!isAdded) throw invalidVersionFile(this.#file, `a string at ${place}`, { got: 'none' });
    return [this.#added(members, version)];
  }

  /** A version that was not there: below the name, with the blanks that the name has. */
  #added(members: Members, version: string): TextEdit {
    const { text } = this.#file;
    const name = this.memberOf(members, 'name');
    const like = name ?? members.list[0];
    if (like === undefined) return insertion(members.start + 1, `"version": ${JSON.stringify(version)}`);
    const behind = text.slice(0, like.keySpan.start);
    const gap = behind.slice(behind.trimEnd().length);
    const pair = `"version"${text.slice(like.keySpan.end, like.value.start)}${JSON.stringify(version)}`;
    return name === undefined
      ? insertion(like.keySpan.start, `${pair},${gap}`)
      : insertion(like.value.end, `,${gap}${pair}`);
  }
}

const insertion = (at: number, text: string): TextEdit => ({ start: at, end: at, text });
