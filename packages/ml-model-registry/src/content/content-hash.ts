import { createHash } from 'node:crypto';
import { manifestDigest, type ModelMember } from '../inspect/folder/manifest.ts';

/** What the digest of a version is made of: the bytes of a file, or of the files of a folder one after the other. */
export interface ContentHash {
  update(bytes: Uint8Array): void;
  /** `sha256:<hex>`. Asked for once, at the end. */
  digest(): string;
}

/** The files of a folder, in the order in which they are stored. */
export type MemberSizes = readonly Pick<ModelMember, 'path' | 'size'>[];

/** The hash of a file, or of a folder with these files. */
export function contentHash(members: MemberSizes | undefined): ContentHash {
  if (members !== undefined) return new FolderHash(members);
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => `sha256:${hash.digest('hex')}` };
}

class FolderHash implements ContentHash {
  readonly #members: MemberSizes;
  readonly #done: ModelMember[] = [];
  #hash = createHash('sha256');
  /** Bytes that the current file still has. */
  #left: number;
  /** Bytes after the last one. */
  #more = 0;

  constructor(members: MemberSizes) {
    this.#members = members;
    this.#left = members[0]?.size ?? 0;
    this.#skipEmpty();
  }

  update(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#done.length === this.#members.length) {
        this.#more += rest.length;
        return;
      }
      const taken = rest.subarray(0, this.#left);
      this.#hash.update(taken);
      this.#left -= taken.length;
      rest = rest.subarray(taken.length);
      this.#skipEmpty();
    }
  }

  digest(): string {
    // Too few bytes are those of another folder, and so are too many.
    const isWhole = this.#done.length === this.#members.length && this.#more === 0;
    return manifestDigest(isWhole ? this.#done : [...this.#done, { path: '', size: this.#more, digest: 'sha256:' }]);
  }

  /** Ends files that have all their bytes. */
  #skipEmpty(): void {
    for (let member = this.#members[this.#done.length]; member !== undefined && this.#left === 0;) {
      const { path, size } = member;
      this.#done.push({ path, size, digest: `sha256:${this.#hash.digest('hex')}` });
      this.#hash = createHash('sha256');
      member = this.#members[this.#done.length];
      this.#left = member?.size ?? 0;
    }
  }
}
